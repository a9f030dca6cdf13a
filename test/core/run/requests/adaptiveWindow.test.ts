import assert from 'node:assert/strict';
import {
  AdaptiveWindow,
  type WindowPlace,
} from '../../../../src/core/run/requests/adaptiveWindow.ts';
import { FakeClock, settled } from '../../../support/fakeClock.ts';

const signal = new AbortController().signal;

function place(window: AdaptiveWindow): WindowPlace {
  const taken = window.tryEnter();
  assert.ok(taken !== null, 'a place is free');
  return taken;
}

function fill(window: AdaptiveWindow): WindowPlace[] {
  const places: WindowPlace[] = [];
  for (let next = window.tryEnter(); next !== null; next = window.tryEnter()) places.push(next);
  return places;
}

/** A window of a provider that has answered before, with nothing in flight. */
function trusted(clock = new FakeClock()): AdaptiveWindow {
  const window = new AdaptiveWindow(clock);
  const first = place(window);
  window.noteSignOfLife(first);
  first.leave();
  return window;
}

describe('The window of requests', () => {
  it('lets five try out a provider, and 256 after its first sign of life', () => {
    const window = new AdaptiveWindow(new FakeClock());
    const places = fill(window);
    assert.deepEqual([places.length, window.allowed()], [5, 5]);
    window.noteSignOfLife(places[3] ?? place(window));
    assert.deepEqual([places.length + fill(window).length, window.allowed()], [256, 256]);
  });

  it('gives a place back once', () => {
    const window = new AdaptiveWindow(new FakeClock());
    const [first] = fill(window);
    first?.leave();
    first?.leave();
    assert.equal(fill(window).length, 1);
  });

  it('halves what is in flight, once for all that was sent before', () => {
    const window = trusted();
    const places = Array.from({ length: 100 }, () => place(window));
    for (const overloaded of places.slice(0, 30)) {
      window.noteOverload(overloaded);
      overloaded.leave();
    }
    assert.equal(window.allowed(), 50);
    assert.equal(window.tryEnter(), null);
    for (const left of places) left.leave();
    const next = fill(window);
    assert.equal(next.length, 50);
    window.noteOverload(next[0] ?? place(window));
    assert.equal(window.allowed(), 25);
  });

  it('never sinks under one', () => {
    const window = trusted();
    for (let round = 0; round < 5; round += 1) {
      const only = place(window);
      window.noteOverload(only);
      only.leave();
      assert.equal(window.allowed(), 1);
    }
  });

  it('grows by about one with a round of good answers, up to 256', () => {
    const window = trusted();
    const places = Array.from({ length: 20 }, () => place(window));
    window.noteOverload(places[0] ?? place(window));
    for (const left of places) left.leave();
    assert.equal(window.allowed(), 10);
    for (let answer = 0; answer < 11; answer += 1) window.noteGoodAnswer();
    assert.equal(window.allowed(), 11);
    for (let answer = 0; answer < 40_000; answer += 1) window.noteGoodAnswer();
    assert.equal(window.allowed(), 256);
  });

  it('serves in the order of asking', async () => {
    const window = new AdaptiveWindow(new FakeClock());
    const places = fill(window);
    const served: number[] = [];
    for (const number of [1, 2, 3]) {
      void window.enter(signal).then(() => served.push(number));
    }
    places[0]?.leave();
    assert.equal(window.tryEnter(), null, 'nobody overtakes');
    places[1]?.leave();
    await settled(1);
    assert.deepEqual(served, [1, 2]);
  });

  it('lets go of whoever is aborted, and the next moves up', async () => {
    const window = new AdaptiveWindow(new FakeClock());
    const places = fill(window);
    const stop = new AbortController();
    const first = window.enter(stop.signal);
    const second = window.enter(signal);
    stop.abort(new Error('enough'));
    await assert.rejects(first, { message: 'enough' });
    await assert.rejects(window.enter(stop.signal), { message: 'enough' });
    places[0]?.leave();
    assert.equal((await second).number, 6);
  });

  it('is shut while it is held, with one timer for all who wait', async () => {
    const clock = new FakeClock();
    const window = trusted(clock);
    window.hold(30_000);
    window.hold(10_000);
    assert.deepEqual([window.allowed(), window.heldForMs(), clock.pending], [0, 30_000, 0]);
    let served = 0;
    for (let count = 0; count < 50; count += 1) void window.enter(signal).then(() => (served += 1));
    assert.equal(clock.pending, 1);
    await clock.advance(29_999);
    assert.equal(served, 0);
    await clock.advance(1);
    assert.deepEqual([served, clock.pending, window.heldForMs()], [50, 0, 0]);
  });

  it('leaves no timer when the last who waits is aborted', async () => {
    const clock = new FakeClock();
    const window = trusted(clock);
    window.hold(30_000);
    const stop = new AbortController();
    const waiting = window.enter(stop.signal);
    stop.abort(new Error('enough'));
    await assert.rejects(waiting, { message: 'enough' });
    assert.equal(clock.pending, 0);
  });

  it('waits a second after each five refusals of a provider that never answered', async () => {
    const clock = new FakeClock();
    const window = new AdaptiveWindow(clock);
    let sent = 0;
    const refused = async (): Promise<void> => {
      const taken = await window.enter(signal);
      sent += 1;
      await settled(1);
      window.noteRefusal();
      taken.leave();
    };
    for (let count = 0; count < 12; count += 1) void refused();
    await settled(10);
    assert.equal(sent, 5);
    await clock.advance(1000);
    assert.equal(sent, 10);
    await clock.advance(1000);
    await settled(10);
    assert.deepEqual([sent, clock.pending], [12, 0]);
  });

  it('makes nothing of a refusal once the provider has answered', () => {
    const window = trusted();
    for (const refused of fill(window)) {
      window.noteRefusal();
      refused.leave();
    }
    assert.equal(fill(window).length, 256);
  });

  it('goes back to trying out at a usage limit, whatever older answers still say', async () => {
    const clock = new FakeClock();
    const window = trusted(clock);
    const [older, stopped] = [place(window), place(window)];
    window.noteUsageLimit();
    stopped.leave();
    window.noteSignOfLife(older);
    older.leave();
    assert.deepEqual([window.allowed(), fill(window).length], [5, 4]);
    await clock.advance(1000);
    const newer = place(window);
    window.noteSignOfLife(newer);
    assert.equal(window.allowed(), 256);
  });
});
