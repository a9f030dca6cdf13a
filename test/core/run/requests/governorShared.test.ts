/** What requests of several agents and runs mean for each other. */
import assert from 'node:assert/strict';
import { Semaphore } from '../../../../src/base/semaphore.ts';
import {
  ModelError,
  type ModelAnswer,
  type ModelClient,
  type ModelRequest,
  type RateLimits,
  type SendOptions,
} from '../../../../src/core/ports/modelClient.ts';
import { Governor } from '../../../../src/core/run/requests/governor.ts';
import { NO_TOKENS } from '../../../../src/protocol/runLimits.ts';
import { FakeClock, FakeRandom, settled } from '../../../support/fakeClock.ts';

const answer: ModelAnswer = { model: 'm', content: [], stopReason: 'endTurn', usage: NO_TOKENS };
const nothingSaid = { limit: null, remaining: null, resetMs: null };

function errorOf(code: 'model_auth' | 'model_rate_limited' | 'model_usage_limit') {
  const retry = code === 'model_rate_limited' ? 'backOff' : 'never';
  return new ModelError(code, { code, status: null, retry, retryAfterMs: null });
}

interface OpenRequest {
  readonly text: string;
  readonly begin: () => void;
  readonly tellLimits: (limits: Partial<RateLimits>) => void;
  readonly answer: () => void;
  readonly fail: (error: Error) => void;
}

/** Leaves every request open until the test ends it. */
class OpenModel implements ModelClient {
  readonly provider = 'open';
  readonly defaultModel = 'm';
  readonly cachesPrefixes = true;
  readonly open: OpenRequest[] = [];
  readonly sent: string[] = [];

  send(request: ModelRequest, options: SendOptions): Promise<ModelAnswer> {
    const part = request.messages[0]?.content[0];
    const text = part?.type === 'text' ? part.text : '';
    this.sent.push(text);
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => () => {
        this.open.splice(this.open.indexOf(entry), 1);
        settle();
      };
      const entry: OpenRequest = {
        text,
        begin: () => options.onActivity?.(),
        tellLimits: (limits) => {
          const silent = {
            requests: nothingSaid,
            tokens: nothingSaid,
            inputTokens: nothingSaid,
            outputTokens: nothingSaid,
          };
          options.onRateLimits?.({ ...silent, ...limits });
        },
        answer: end(() => resolve(answer)),
        fail: (error) => end(() => reject(error))(),
      };
      options.signal.addEventListener('abort', () => {
        entry.fail(new Error('aborted'));
      });
      this.open.push(entry);
    });
  }
}

interface Sending {
  readonly text: string;
  readonly system?: string;
  readonly turns?: number;
  readonly permits?: Semaphore;
  readonly signal?: AbortSignal;
}

function setUp() {
  const clock = new FakeClock();
  const model = new OpenModel();
  const governor = new Governor(model, clock, new FakeRandom([0.5]));
  const everybody = new Semaphore(1000);
  const never = new AbortController().signal;
  const ends: string[] = [];
  const send = (sending: Sending): void => {
    const { text, system = '', turns = 1, permits = everybody, signal = never } = sending;
    const message = { role: 'user', content: [{ type: 'text', text }] } as const;
    const messages = Array.from({ length: turns }, () => message);
    const request = { model: 'm', system, messages, tools: [], maxOutputTokens: 1 };
    const acquirePermit = () => permits.acquire(signal);
    governor.send(request, { signal, acquirePermit }).then(
      () => ends.push(`${text} ok`),
      (error: unknown) => ends.push(`${text} ${String(error)}`),
    );
  };
  const first = (): OpenRequest => {
    const request = model.open[0];
    assert.ok(request !== undefined, 'a request is open');
    return request;
  };
  /** The provider has answered somebody before. */
  const warmUp = async (): Promise<void> => {
    send({ text: 'warm' });
    await settled(2);
    first().answer();
    await settled(2);
    model.sent.length = 0;
    ends.length = 0;
  };
  return { clock, model, governor, send, ends, first, warmUp };
}

describe('Requests that share a provider', () => {
  it('cost five where the key is wrong, as long as the run stops within a second', async () => {
    const { model, send, ends, clock } = setUp();
    const permits = new Semaphore(256);
    for (let count = 0; count < 256; count += 1) send({ text: String(count), permits });
    await settled(5);
    for (const request of [...model.open]) request.fail(errorOf('model_auth'));
    await settled(5);
    permits.resize(0);
    await clock.advance(60_000);
    assert.deepEqual([model.sent.length, ends.length], [5, 5]);
  });

  it('open up with the first sign of life', async () => {
    const { model, send, governor, first } = setUp();
    for (let count = 0; count < 300; count += 1) send({ text: String(count) });
    await settled(5);
    assert.deepEqual([model.open.length, governor.allowed()], [5, 5]);
    first().begin();
    await settled(5);
    assert.deepEqual([model.open.length, governor.allowed()], [256, 256]);
  });

  it('are fewer after an overload, and the one that met it comes again', async () => {
    const { model, send, governor, first, warmUp, clock, ends } = setUp();
    await warmUp();
    for (let count = 0; count < 100; count += 1) send({ text: String(count) });
    await settled(5);
    first().fail(errorOf('model_rate_limited'));
    await settled(2);
    await clock.advance(1000);
    assert.deepEqual([governor.allowed(), model.open.length, model.sent.length], [50, 99, 100]);
    while (model.open.length > 0) {
      first().answer();
      await settled(3);
    }
    assert.deepEqual([ends.length, model.sent.at(-1)], [100, '0']);
  });

  it('hold no permit of their run while they wait for a place', async () => {
    const { model, send, first } = setUp();
    const permits = new Semaphore(100);
    for (let count = 0; count < 50; count += 1) send({ text: String(count), permits });
    await settled(5);
    assert.deepEqual([model.open.length, permits.held], [5, 5]);
    first().begin();
    await settled(5);
    assert.deepEqual([model.open.length, permits.held], [50, 50]);
  });

  it('of a paused run keep no place from another run, and start when it goes on', async () => {
    const { model, send, first } = setUp();
    const paused = new Semaphore(100);
    for (let count = 0; count < 20; count += 1) send({ text: 'paused', permits: paused });
    await settled(5);
    paused.resize(0);
    for (let count = 0; count < 20; count += 1) send({ text: 'other' });
    await settled(5);
    for (let count = 0; count < 5; count += 1) first().answer();
    await settled(5);
    const others = Array.from({ length: 20 }, () => 'other');
    assert.deepEqual(model.sent.slice(5), others);
    paused.resize(100);
    await settled(5);
    assert.equal(model.sent.length, 40);
  });

  it('all wait when a header says that nothing remains, but not for longer than a minute', async () => {
    for (const [resetMs, heldMs] of [
      [12_000, 12_000],
      [86_400_000, 60_000],
    ] as const) {
      const { model, send, governor, first, warmUp, clock } = setUp();
      await warmUp();
      send({ text: 'a' });
      await settled(2);
      first().tellLimits({ inputTokens: { limit: 1000, remaining: 0, resetMs } });
      send({ text: 'b' });
      await settled(2);
      assert.deepEqual([governor.allowed(), governor.heldForMs()], [0, heldMs]);
      await clock.advance(heldMs - 1);
      assert.deepEqual(model.sent, ['a']);
      await clock.advance(1);
      assert.deepEqual([model.sent, clock.pending], [['a', 'b'], 0]);
    }
  });

  it('go on while something remains', async () => {
    const { model, send, first, warmUp } = setUp();
    await warmUp();
    send({ text: 'a' });
    await settled(2);
    first().tellLimits({
      requests: { limit: 50, remaining: 1, resetMs: 60_000 },
      tokens: { limit: 50, remaining: 0, resetMs: null },
      outputTokens: { limit: 50, remaining: 0, resetMs: 0 },
    });
    send({ text: 'b' });
    await settled(2);
    assert.deepEqual(model.sent, ['a', 'b']);
  });

  it('fail at once at a usage limit, without a hold for those who resume', async () => {
    const { send, governor, first, warmUp, clock, ends } = setUp();
    await warmUp();
    send({ text: 'a' });
    await settled(2);
    first().fail(errorOf('model_usage_limit'));
    await settled(2);
    assert.deepEqual(ends, ['a ModelError: model_usage_limit']);
    assert.deepEqual([governor.heldForMs(), governor.allowed(), clock.pending], [0, 5, 0]);
  });
});

describe('Like requests', () => {
  const system = 'You are one of many. '.repeat(300);
  const many = (bed: ReturnType<typeof setUp>, count: number, rest: Partial<Sending> = {}) => {
    for (let index = 1; index <= count; index += 1) bed.send({ text: `${index}`, system, ...rest });
    return settled(5);
  };

  it('let the first go ahead until it is being answered', async () => {
    const bed = setUp();
    await bed.warmUp();
    await many(bed, 20);
    assert.deepEqual(bed.model.sent, ['1']);
    bed.first().begin();
    await settled(5);
    assert.equal(bed.model.sent.length, 20);
  });

  it('have exactly one new leader when the first fails', async () => {
    const bed = setUp();
    await bed.warmUp();
    await many(bed, 20);
    bed.first().fail(errorOf('model_auth'));
    await settled(5);
    assert.deepEqual(bed.model.sent, ['1', '2']);
    bed.first().fail(errorOf('model_rate_limited'));
    await settled(5);
    assert.deepEqual(bed.model.sent, ['1', '2', '3']);
  });

  it('go on at once when the leader is aborted', async () => {
    const bed = setUp();
    await bed.warmUp();
    const stop = new AbortController();
    bed.send({ text: 'leader', system, signal: stop.signal });
    await many(bed, 3);
    stop.abort(new Error('cancelled'));
    await settled(5);
    assert.deepEqual(bed.model.sent, ['leader', '1']);
  });

  it('hold neither permit nor place while they wait, and can be aborted', async () => {
    const bed = setUp();
    await bed.warmUp();
    const permits = new Semaphore(4);
    const stop = new AbortController();
    await many(bed, 10, { permits });
    bed.send({ text: 'aborted', system, signal: stop.signal });
    bed.send({ text: 'unlike', permits });
    await settled(5);
    assert.deepEqual([bed.model.sent, permits.held], [['1', 'unlike'], 2]);
    stop.abort(new Error('enough'));
    await settled(2);
    assert.deepEqual(bed.ends, ['aborted Error: enough']);
  });

  it('of another run do not wait for a leader whose run is paused', async () => {
    const bed = setUp();
    await bed.warmUp();
    const paused = new Semaphore(1);
    await many(bed, 2, { permits: paused });
    bed.send({ text: 'other', system });
    await settled(2);
    paused.resize(0);
    bed.first().fail(errorOf('model_auth'));
    await settled(5);
    assert.deepEqual(bed.model.sent, ['1', 'other']);
  });

  const free: readonly [string, Partial<Sending>][] = [
    ['have a short prefix', { system: 'short' }],
    ['have a history', { turns: 3 }],
  ];
  for (const [name, rest] of free) {
    it(`do not wait when they ${name}`, async () => {
      const bed = setUp();
      await bed.warmUp();
      await many(bed, 20, rest);
      assert.equal(bed.model.sent.length, 20);
    });
  }

  it('need no leader again while the cache lives, and one when it is gone', async () => {
    const bed = setUp();
    await bed.warmUp();
    await many(bed, 1);
    bed.first().answer();
    await bed.clock.advance(299_999);
    await many(bed, 2);
    assert.deepEqual(bed.model.sent, ['1', '1', '2']);
    bed.first().answer();
    bed.first().answer();
    await settled(2);
    await bed.clock.advance(300_000);
    await many(bed, 3);
    assert.deepEqual(bed.model.sent.slice(3), ['1']);
    assert.equal(bed.clock.pending, 0);
  });

  it('keep the cache alive with later turns', async () => {
    const bed = setUp();
    await bed.warmUp();
    await many(bed, 1);
    bed.first().answer();
    await bed.clock.advance(200_000);
    bed.send({ text: 'second turn', system, turns: 3 });
    await settled(2);
    bed.first().answer();
    await bed.clock.advance(200_000);
    await many(bed, 2);
    assert.deepEqual(bed.model.sent, ['1', 'second turn', '1', '2']);
  });

  it('are told apart by model, tools and system', async () => {
    const bed = setUp();
    await bed.warmUp();
    bed.send({ text: 'a', system });
    bed.send({ text: 'b', system: `${system}!` });
    await settled(5);
    assert.deepEqual(bed.model.sent, ['a', 'b']);
  });
});
