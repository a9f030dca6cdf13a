import assert from 'node:assert/strict';
import type {
  ModelAnswer,
  ModelClient,
  ModelRequest,
} from '../../../../src/core/ports/modelClient.ts';
import { ModelError } from '../../../../src/core/ports/modelClient.ts';
import { Governor, type GovernedSend } from '../../../../src/core/run/requests/governor.ts';
import type { ErrorCode } from '../../../../src/protocol/errorCodes.ts';
import { NO_TOKENS } from '../../../../src/protocol/runLimits.ts';
import { FakeClock, FakeRandom, settled } from '../../../support/fakeClock.ts';

const request: ModelRequest = {
  model: 'm',
  system: '',
  tools: [],
  maxOutputTokens: 1,
  messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }],
};
const answer: ModelAnswer = { model: 'm', content: [], stopReason: 'endTurn', usage: NO_TOKENS };

function busy(retryAfterMs: number | null = null, retry: 'never' | 'backOff' = 'backOff') {
  const code: ErrorCode = retry === 'never' ? 'model_request' : 'model_rate_limited';
  return new ModelError('busy', { code, status: 429, retry, retryAfterMs });
}

/** Fails as often as it was told to, and notes when it was asked. */
class FlakyModel implements ModelClient {
  readonly provider = 'flaky';
  readonly defaultModel = 'm';
  readonly sentAtMs: number[] = [];
  readonly #failures: Error[];
  readonly #clock: FakeClock;

  constructor(clock: FakeClock, failures: readonly Error[]) {
    this.#clock = clock;
    this.#failures = [...failures];
  }

  send(): Promise<ModelAnswer> {
    this.sentAtMs.push(this.#clock.monotonicMs());
    const failure = this.#failures.shift();
    return failure === undefined ? Promise.resolve(answer) : Promise.reject(failure);
  }
}

function setUp(failures: readonly Error[], random = [0.5]) {
  const clock = new FakeClock();
  const model = new FlakyModel(clock, failures);
  const governor = new Governor(model, clock, new FakeRandom(random));
  const stop = new AbortController();
  let permits = 0;
  let most = 0;
  const options: GovernedSend = {
    signal: stop.signal,
    acquirePermit: () => {
      permits += 1;
      most = Math.max(most, permits);
      return Promise.resolve(() => (permits -= 1));
    },
  };
  const send = () => governor.send(request, options);
  return { clock, model, send, stop, permits: () => permits, most: () => most, governor };
}

const forever = (error: Error) => Array.from({ length: 100 }, () => error);

describe('The governor', () => {
  it('sends once when all is well', async () => {
    const { model, send, permits } = setUp([]);
    assert.equal(await send(), answer);
    assert.deepEqual([model.sentAtMs, permits()], [[0], 0]);
  });

  it('retries with a wait that doubles, half of it by chance', async () => {
    for (const [random, waits] of [
      [0, [250, 500, 1000]],
      [0.5, [375, 750, 1500]],
      [0.999999, [500, 1000, 2000]],
    ] as const) {
      const { model, send, clock } = setUp([busy(), busy(), busy()], [random]);
      const sent = send();
      await settled(2);
      await clock.advance(5000);
      await sent;
      const actual = model.sentAtMs.slice(1).map((at, index) => at - (model.sentAtMs[index] ?? 0));
      assert.deepEqual(actual.map(Math.round), waits);
    }
  });

  it('never waits longer than a minute for chance, and gives up after ten retries', async () => {
    const { model, send, clock } = setUp(forever(busy()), [1]);
    const sent = send();
    const rejected = assert.rejects(sent, { name: 'ModelError', message: 'busy' });
    await settled(2);
    await clock.advance(60 * 60_000);
    await rejected;
    assert.equal(model.sentAtMs.length, 11);
    const waits = model.sentAtMs.slice(1).map((at, index) => at - (model.sentAtMs[index] ?? 0));
    assert.ok(Math.max(...waits) <= 60_000);
    assert.ok((model.sentAtMs.at(-1) ?? 0) <= 10 * 60_000);
  });

  it('gives up at once when the wait asked for passes the ten minutes', async () => {
    const { model, send, clock } = setUp([busy(11 * 60_000)]);
    await assert.rejects(send(), { message: 'busy' });
    assert.deepEqual([model.sentAtMs.length, clock.pending], [1, 0]);
  });

  it('never retries what another try would not help', async () => {
    const { model, send } = setUp([busy(null, 'never')]);
    await assert.rejects(send(), { code: 'model_request' });
    assert.equal(model.sentAtMs.length, 1);
  });

  it('passes on at once what is not a model’s error', async () => {
    const { model, send, permits } = setUp([new TypeError('our bug')]);
    await assert.rejects(send(), TypeError);
    assert.deepEqual([model.sentAtMs.length, permits()], [1, 0]);
  });

  it('makes everybody wait when one is told to', async () => {
    const { model, send, clock } = setUp([busy(30_000)]);
    const first = send();
    await settled(2);
    const others = [send(), send(), send()];
    await settled(2);
    await clock.advance(29_999);
    assert.deepEqual(model.sentAtMs, [0]);
    await clock.advance(1);
    await Promise.all([first, ...others]);
    assert.deepEqual(model.sentAtMs, [0, 30_000, 30_000, 30_000, 30_000]);
  });

  it('keeps the longest of several waits', async () => {
    const { model, send, clock } = setUp([busy(30_000), busy(10_000)]);
    const both = [send(), send()];
    await settled(2);
    await clock.advance(29_000);
    assert.equal(model.sentAtMs.length, 2);
    await clock.advance(2000);
    await Promise.all(both);
    assert.deepEqual(model.sentAtMs.slice(2), [30_000, 30_000]);
  });

  it('holds no permit while it waits', async () => {
    const { send, clock, permits, most } = setUp([busy(1000), busy(1000)]);
    const sent = send();
    await settled(2);
    assert.equal(permits(), 0);
    await clock.advance(5000);
    await sent;
    assert.deepEqual([permits(), most()], [0, 1]);
  });

  it('stops waiting when it is aborted, with the reason, and leaves no timer', async () => {
    for (const retryAfterMs of [null, 60_000]) {
      const { send, stop, clock, model } = setUp(forever(busy(retryAfterMs)));
      const sent = send();
      const second = send();
      await settled(2);
      stop.abort(new Error('enough'));
      await assert.rejects(sent, { message: 'enough' });
      await assert.rejects(second, { message: 'enough' });
      const { length } = model.sentAtMs;
      await clock.advance(10 * 60_000);
      assert.deepEqual([clock.pending, model.sentAtMs.length], [0, length]);
    }
  });

  it('tells whoever shows the agent about each retry', async () => {
    const { clock, governor, stop } = setUp([busy(), busy()]);
    const seen: string[] = [];
    const sent = governor.send(request, {
      signal: stop.signal,
      acquirePermit: () => Promise.resolve(() => undefined),
      onRetry: (error) => seen.push(error.message),
    });
    await settled(2);
    await clock.advance(5000);
    await sent;
    assert.deepEqual(seen, ['busy', 'busy']);
  });
});
