import assert from 'node:assert/strict';
import path from 'node:path';
import { createHostServices, type HostServices } from '../../../src/host/hostServices.ts';
import { ReviewService } from '../../../src/host/review/reviewService.ts';
import { RunService } from '../../../src/host/runs/runService.ts';
import { HostServer } from '../../../src/host/rpc/hostServer.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { EventWaiters } from '../../support/messagesApi/eventWaiters.ts';
import { holdUntil, text } from '../../support/messagesApi/replies.ts';
import { useHostBed } from '../support/hostBed.ts';
import { startFollowed } from '../support/runFollower.ts';
import { manyAgents } from '../support/workflowScript.ts';

const distDirectory = path.resolve(import.meta.dirname, '../../../dist');
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const minuteMs = 60_000;

/** A clock that tells which timers were set. */
class WatchedClock extends FakeClock {
  readonly #waiters = new EventWaiters();
  #delays: number[] = [];

  override after(delayMs: number, callback: () => void): { dispose(): void } {
    this.#delays.push(delayMs);
    const timer = super.after(delayMs, callback);
    this.#waiters.check();
    return timer;
  }

  /** Resolves when somebody sets a timer of that length from now on. */
  async nextTimer(delayMs: number): Promise<void> {
    this.#delays = [];
    const isSet = () => this.#delays.includes(delayMs);
    const describe = () => `Waited for a timer of ${delayMs} ms, saw ${this.#delays.join(', ')}.`;
    await this.#waiters.wait(isSet, 10_000, describe);
  }
}

describe('a host that nobody needs', () => {
  const test = useHostBed();
  let services: HostServices;
  let server: HostServer;
  let clock: WatchedClock;
  let ends = 0;
  const endpoint = () => ({ socket: path.join(test.bed.root, 'idle.sock'), token: 'token' });

  beforeEach(async () => {
    const { workspace, stateRoot: stateDirectory } = test.bed;
    clock = new WatchedClock();
    ends = 0;
    const log = silent;
    const real = await createHostServices({ workspace, stateDirectory, distDirectory, log });
    services = { ...real, clock };
    const { socket: socketPath, token } = endpoint();
    const runs = new RunService(services, () => Promise.resolve(endpoint()));
    const reviews = new ReviewService(services, runs, 'editor');
    server = new HostServer({
      services,
      runs,
      reviews,
      socketPath,
      token,
      serves: 'everything',
      onIdle: () => (ends += 1),
    });
    await server.listen();
  });

  afterEach(async () => {
    server.dispose();
    await services.dispose();
  });

  it('ends after a minute', async () => {
    await clock.advance(minuteMs - 1);
    assert.equal(ends, 0);
    await clock.advance(1);
    assert.equal(ends, 1);
  });

  it('stays while a window is connected, and for a minute after', async () => {
    await clock.advance(minuteMs - 1);
    const client = await test.bed.connect(endpoint());
    await clock.advance(10 * minuteMs);
    assert.equal(ends, 0);
    const gone = clock.nextTimer(minuteMs);
    client.dispose();
    await gone;
    await clock.advance(minuteMs);
    assert.equal(ends, 1);
  });

  it('goes on with a run for half an hour, and for a minute after its end', async () => {
    const gate = Promise.withResolvers<undefined>();
    const api = await test.bed.startModel(() => holdUntil(gate.promise, text('fine')));
    const client = await test.bed.connect(endpoint());
    await test.bed.useModel(client, api);
    await startFollowed(client, manyAgents(1));
    await api.waitFor((seen) => seen.inFlight() === 1, 10_000, 'the request');
    const gone = clock.nextTimer(30 * minuteMs);
    client.dispose();
    await gone;
    await clock.advance(2 * minuteMs);
    assert.equal(ends, 0);
    const ended = clock.nextTimer(minuteMs);
    gate.resolve(undefined);
    await ended;
    await clock.advance(minuteMs);
    assert.equal(ends, 1);
  });
});
