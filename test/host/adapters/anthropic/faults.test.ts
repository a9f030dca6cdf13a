/** Many requests through the real SDK over loopback HTTP, by a server that fails a part of them. */
import assert from 'node:assert/strict';
import { Semaphore } from '../../../../src/base/semaphore.ts';
import type { ModelAnswer, ModelRequest } from '../../../../src/core/ports/modelClient.ts';
import { Governor } from '../../../../src/core/run/requests/governor.ts';
import { createAnthropicClient } from '../../../../src/host/adapters/anthropic/createAnthropicClient.ts';
import { systemClock } from '../../../../src/host/adapters/system.ts';
import { FakeRandom } from '../../../support/fakeClock.ts';
import {
  beginThenHold,
  cutConnection,
  cutMidStream,
  fail,
  failMidStream,
  holdUntil,
  text,
} from '../../../support/messagesApi/replies.ts';
import type { Reply } from '../../../support/messagesApi/replies.ts';
import { startMessagesApi } from '../../../support/messagesApi/startMessagesApi.ts';
import type { MessagesApi, Respond } from '../../../support/messagesApi/startMessagesApi.ts';
import { lastUserText } from '../../../support/messagesApi/wireRequest.ts';

describe('Requests to a provider that fails a part of them', () => {
  let api: MessagesApi | undefined;
  afterEach(async () => {
    await api?.dispose();
    api = undefined;
  });

  async function serve(respond: Respond): Promise<MessagesApi> {
    api = await startMessagesApi({ respond });
    return api;
  }

  it('all get one answer, with few more requests than answers', async function () {
    this.timeout(30_000);
    const random = seededRandom(20_261_122);
    const faults: readonly Reply[] = [
      fail(429, { retryAfterSeconds: 0 }),
      fail(500),
      fail(529),
      cutMidStream('answer to'),
    ];
    const answered = new Map<string, number>();
    const server = await serve((request) => {
      const fault = random() < 0.2 ? faults[Math.floor(random() * faults.length)] : undefined;
      if (fault !== undefined) return fault;
      const prompt = lastUserText(request);
      answered.set(prompt, (answered.get(prompt) ?? 0) + 1);
      return text(`answer to ${prompt}`);
    });

    const results = await sendAll(governorFor(server), 1000);

    const prompts = Array.from({ length: 1000 }, (_, index) => `prompt ${index}`);
    assert.deepEqual(
      results.map(textOf),
      prompts.map((prompt) => `answer to ${prompt}`),
    );
    assert.deepEqual(
      prompts.filter((prompt) => answered.get(prompt) !== 1),
      [],
      'each was answered once',
    );
    const { length } = server.requests;
    assert.ok(length > 1100 && length <= 1500, `${length} requests for 1,000 answers`);
  });

  it('are five until the first answer begins, and then as many as may be', async function () {
    this.timeout(10_000);
    const begin = Promise.withResolvers<undefined>();
    const end = Promise.withResolvers<undefined>();
    const held = beginThenHold(end.promise, text('fine'));
    const server = await serve(() => holdUntil(begin.promise, held));
    const sent = sendAll(governorFor(server), 40, { system: 'short' });
    await server.waitFor((seen) => seen.inFlight() === 5, 5000, '5 requests');
    assert.equal(server.requests.length, 5);
    begin.resolve(undefined);
    await server.waitFor((seen) => seen.inFlight() === 40, 5000, '40 requests');
    end.resolve(undefined);
    assert.equal((await sent).length, 40);
  });

  it('leave it alone for as long as it asks, all of them', async function () {
    this.timeout(30_000);
    const refused: { readonly prompt: string; readonly atMs: number }[] = [];
    const server = await serve((request, { turn }) => {
      // In the middle of everybody's work, twice at the same time and once later.
      if (turn !== 60 && turn !== 61 && turn !== 200) return text('fine');
      refused.push({ prompt: lastUserText(request), atMs: performance.now() });
      return fail(429, { retryAfterSeconds: 2 });
    });
    const log = new SendLog();

    const results = await sendAll(governorFor(server), 400, { log });

    assert.deepEqual([results.length, refused.length], [400, 3]);
    for (const { prompt, atMs } of refused) {
      const toldAtMs = log.retriedAt(prompt);
      const early = arrivalsOf(server)
        .filter(({ arrivedAtMs }) => arrivedAtMs > atMs && arrivedAtMs < atMs + 2000)
        // On the wire when the 429 was sent, and so exempt, is what had left before the 429 was read.
        .filter((arrival) => log.sentAt(arrival.prompt, arrival.nth) > toldAtMs);
      assert.deepEqual(early, [], `requests in the 2 s after the 429 to ${prompt}`);
    }
  });
});

describe('A turn that fails once', () => {
  let api: MessagesApi | undefined;
  afterEach(async () => {
    await api?.dispose();
    api = undefined;
  });

  const cases: readonly (readonly [string, Reply, 'repeated' | 'given up'])[] = [
    ...[400, 401, 402, 403, 404, 413, 422].map(
      (status) => [`${status}`, fail(status), 'given up'] as const,
    ),
    ...[408, 500, 502, 503, 504, 529].map(
      (status) => [`${status}`, fail(status), 'repeated'] as const,
    ),
    ['429', fail(429, { retryAfterSeconds: 0 }), 'repeated'],
    ['429 of a spend limit', fail(429, { code: 'enforced_spend_limit_reached' }), 'given up'],
    ['a cut connection', cutConnection(), 'repeated'],
    ['a cut stream', cutMidStream('Hel'), 'repeated'],
    ['an overload in mid-stream', failMidStream('Hel'), 'repeated'],
  ];
  for (const [name, reply, outcome] of cases) {
    it(`with ${name} is ${outcome}`, async () => {
      api = await startMessagesApi({
        respond: (_request, { turn }) => (turn === 0 ? reply : text('Hello.')),
      });
      const [result] = await Promise.allSettled([sendAll(governorFor(api), 1)]);
      const [status, requests] = outcome === 'repeated' ? ['fulfilled', 2] : ['rejected', 1];
      assert.deepEqual([result.status, api.requests.length], [status, requests]);
      if (result.status === 'fulfilled') assert.deepEqual(result.value.map(textOf), ['Hello.']);
    });
  }
});

/** When each request left, and when each 429 was read, by the clock that the server uses too. */
class SendLog {
  readonly #sent = new Map<string, number[]>();
  readonly #retried = new Map<string, number>();

  noteSent(prompt: string): void {
    this.#sent.set(prompt, [...(this.#sent.get(prompt) ?? []), performance.now()]);
  }

  noteRetry(prompt: string): void {
    this.#retried.set(prompt, performance.now());
  }

  sentAt(prompt: string, nth: number): number {
    const atMs = this.#sent.get(prompt)?.[nth];
    assert.ok(atMs !== undefined, `${prompt} was not sent ${nth + 1} times`);
    return atMs;
  }

  retriedAt(prompt: string): number {
    const atMs = this.#retried.get(prompt);
    assert.ok(atMs !== undefined, `${prompt} was not told to retry`);
    return atMs;
  }
}

interface Arrival {
  readonly prompt: string;
  /** How many requests of this prompt came before. */
  readonly nth: number;
  readonly arrivedAtMs: number;
}

function arrivalsOf(server: MessagesApi): readonly Arrival[] {
  const counts = new Map<string, number>();
  return server.requests.map(({ body, startedAt }) => {
    assert.ok(body !== undefined);
    const prompt = lastUserText(body);
    const nth = counts.get(prompt) ?? 0;
    counts.set(prompt, nth + 1);
    return { prompt, nth, arrivedAtMs: startedAt };
  });
}

function governorFor(server: MessagesApi): Governor {
  const client = createAnthropicClient({
    apiKey: 'test-key',
    baseUrl: server.baseUrl,
    defaultModel: 'claude-sonnet-5-5',
  });
  return new Governor(client, systemClock, new FakeRandom([0.1, 0.9, 0.5]), { retryBaseMs: 5 });
}

const longSystem = 'One of many like agents. '.repeat(200);

function sendAll(
  governor: Governor,
  count: number,
  { log = new SendLog(), system = longSystem } = {},
): Promise<ModelAnswer[]> {
  const permits = new Semaphore(256);
  const { signal } = new AbortController();
  const acquirePermit = () => permits.acquire(signal);
  const prompts = Array.from({ length: count }, (_, index) => `prompt ${index}`);
  return Promise.all(
    prompts.map((prompt) =>
      governor.send(requestOf(prompt, system), {
        signal,
        acquirePermit,
        onSend: () => log.noteSent(prompt),
        onRetry: () => log.noteRetry(prompt),
      }),
    ),
  );
}

function requestOf(prompt: string, system: string): ModelRequest {
  return {
    model: 'claude-sonnet-5-5',
    system,
    tools: [],
    maxOutputTokens: 100,
    messages: [{ role: 'user', content: [{ type: 'text', text: prompt }] }],
  };
}

function textOf(answer: ModelAnswer): string {
  return answer.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** The same numbers in every run: mulberry32. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
