import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type Anthropic from '@anthropic-ai/sdk';
import { after, fail, holdUntil, slowly, text } from './replies.ts';
import type { Reply } from './replies.ts';
import { startMessagesApi } from './startMessagesApi.ts';
import { apiErrorOf, ask, clientOf, useMessagesApi } from './useMessagesApi.ts';
import type { Ask } from './useMessagesApi.ts';

describe('what the loopback Messages API server records and keeps', () => {
  const { start, startWith } = useMessagesApi();

  describe('records', () => {
    it('records bodies, headers and times', async () => {
      const { api, client } = await startWith(text('ok'));
      await client.messages.create(ask);
      await api.waitFor(() => api.inFlight() === 0, 10_000, 'the end of the request');
      const [request] = api.requests;
      assert.deepEqual(request?.body, ask);
      assert.equal(request.headers.authorization, 'Bearer test-key');
      assert.equal(request.status, 200);
      assert.ok((request.endedAt ?? 0) >= request.startedAt);
    });

    it('records that the client aborted a held request, and goes on', async () => {
      const never = new Promise(() => undefined);
      const { api, client } = await start({
        respond: (_request, ctx) => (ctx.turn === 0 ? holdUntil(never, text('late')) : text('ok')),
      });
      const controller = new AbortController();
      const aborted = assert.rejects(
        client.messages.stream(ask, { signal: controller.signal }).finalMessage(),
      );
      await api.waitFor(() => api.requests[0]?.body !== undefined, 10_000, 'the request');
      controller.abort();
      await aborted;
      await api.waitFor(() => api.inFlight() === 0, 10_000, 'the end of the aborted request');
      assert.equal(api.requests[0]?.closedByClient, true);
      assert.equal((await client.messages.create(ask)).stop_reason, 'end_turn');
      assert.equal(api.requests[1]?.closedByClient, false);
    });

    it('records an abort in the middle of a slow stream', async () => {
      const { api, client } = await startWith(slowly(text('word '.repeat(200)), 20));
      const stream = client.messages.stream(ask);
      const aborted = assert.rejects(stream.finalMessage());
      await stream.emitted('text');
      stream.abort();
      await aborted;
      await api.waitFor(() => api.inFlight() === 0, 10_000, 'the end of the aborted request');
      assert.equal(api.requests[0]?.closedByClient, true);
    });

    const abortedReplies: readonly { title: string; reply: Reply; clients: number }[] = [
      { title: 'held', reply: holdUntil(new Promise(() => undefined), text('x')), clients: 256 },
      { title: 'delayed', reply: after(60_000, text('x')), clients: 256 },
      { title: 'dripping', reply: slowly(text('word '.repeat(2_000)), 5_000), clients: 256 },
      { title: 'writing', reply: text('x'.repeat(3_000_000)), clients: 16 },
    ];
    for (const { title, reply, clients } of abortedReplies) {
      it(`lets ${clients} ${title} requests go when their clients abort`, async () => {
        const { api, client } = await startWith(reply);
        const controller = new AbortController();
        const { signal } = controller;
        const answers = Array.from({ length: clients }, () =>
          client.messages.stream(ask, { signal }).finalMessage(),
        );
        const settled = Promise.allSettled(answers);
        await api.waitFor(() => api.requests.length === clients, 10_000, 'all requests');
        controller.abort();
        await api.waitFor(() => api.inFlight() === 0, 10_000, 'the end of all requests');
        await settled;
        assert.deepEqual(api.unscripted, []);
      });
    }

    it('counts what is in flight while a gate is closed, and lets it all go', async () => {
      const gate = Promise.withResolvers<undefined>();
      const { api, client } = await startWith(holdUntil(gate.promise, text('ok')));
      const answers = Promise.all(Array.from({ length: 20 }, () => client.messages.create(ask)));
      await api.waitFor(() => api.inFlight() === 20, 10_000, '20 requests in flight');
      gate.resolve(undefined);
      await answers;
      await api.waitFor(() => api.inFlight() === 0, 10_000, 'the end of all requests');
      assert.equal(api.maxInFlight(), 20);
      api.resetMaxInFlight();
      assert.equal(api.maxInFlight(), 0);
    });

    it('delays answers on request and by default', async () => {
      const { api, client } = await start({ respond: () => after(30, text('ok')), delayMs: 30 });
      await client.messages.create(ask);
      await api.waitFor(() => api.inFlight() === 0, 10_000, 'the end of the request');
      const [request] = api.requests;
      assert.ok((request?.endedAt ?? 0) - (request?.startedAt ?? 0) >= 58);
    });

    it('says what did arrive when a wait is in vain', async () => {
      const { api, client } = await startWith(fail(529));
      await apiErrorOf(client.messages.create(ask));
      await assert.rejects(
        api.waitFor(() => api.requests.length === 2, 20, 'a second request'),
        /Waited 20 ms for a second request\. 1 requests so far:\n#0 POST \/v1\/messages: 529/,
      );
    });

    it('fails on disposal when a call was not scripted', async () => {
      const api = await startMessagesApi({ respond: () => undefined });
      const client = clientOf(api.baseUrl);
      const error = await apiErrorOf(client.messages.create(ask));
      assert.equal(error.status, 500);
      assert.match(error.apiMessage ?? '', /Unscripted call to \/v1\/messages/);
      assert.equal(api.unscripted.length, 1);
      await assert.rejects(api.dispose(), /1 unscripted calls reached.*\n#0 \/v1\/messages/);
    });

    it('fails on disposal when a script threw or an unknown endpoint was called', async () => {
      const api = await startMessagesApi({
        respond: () => {
          throw new Error('the script is wrong');
        },
      });
      const client = clientOf(api.baseUrl);
      await apiErrorOf(client.messages.stream(ask).finalMessage());
      assert.equal((await apiErrorOf(client.models.retrieve('x'))).status, 404);
      await assert.rejects(
        api.dispose(),
        /the script is wrong\n#1 \/v1\/models\/x.*no such endpoint/,
      );
    });
  });

  describe('the prompt cache', () => {
    const system = 'You modernise code. '.repeat(20);
    const cached = (question: string): Ask => ({
      ...ask,
      tools: [{ name: 'read', input_schema: { type: 'object' } }],
      system: [{ type: 'text', text: system, cache_control: { type: 'ephemeral' } }],
      messages: [{ role: 'user', content: question }],
    });
    const figures = ({ usage }: Anthropic.Message) => [
      usage.cache_creation_input_tokens,
      usage.cache_read_input_tokens,
      usage.input_tokens,
    ];

    it('is written by the first request and read by the next', async () => {
      const { client } = await startWith(text('ok'));
      const first = figures(await client.messages.stream(cached('Question')).finalMessage());
      const second = figures(await client.messages.create(cached('Another question')));
      const [marked] = first;
      assert.ok(typeof marked === 'number' && marked > 100);
      assert.deepEqual(first, [marked, 0, 2]);
      assert.deepEqual(second, [0, marked, 4]);
    });

    it('is not read by requests beside the one that writes it', async () => {
      const gate = Promise.withResolvers<undefined>();
      const { api, client } = await startWith(holdUntil(gate.promise, text('ok')));
      const both = Promise.all([
        client.messages.create(cached('One')),
        client.messages.create(cached('Two')),
      ]);
      await api.waitFor(
        () => api.requests.filter((request) => request.body !== undefined).length === 2,
        1_000,
        'both requests',
      );
      gate.resolve(undefined);
      const read = (await both).map((message) => message.usage.cache_read_input_tokens);
      assert.deepEqual(read, [0, 0]);
    });

    it('is missed after any change before the breakpoint, or with another model', async () => {
      const { client } = await startWith(text('ok'));
      await client.messages.create(cached('Question'));
      const changes: Partial<Ask>[] = [{ model: 'claude-other' }, { tools: [] }];
      for (const change of changes) {
        const { usage } = await client.messages.create({ ...cached('Question'), ...change });
        assert.equal(usage.cache_read_input_tokens, 0);
      }
    });

    it('grows with a conversation whose breakpoint moves on', async () => {
      const { client } = await startWith(text('ok'));
      const turn = (value: string, isMarked: boolean): Anthropic.TextBlockParam => ({
        type: 'text',
        text: value,
        ...(isMarked ? { cache_control: { type: 'ephemeral' } } : {}),
      });
      const first = await client.messages.create({
        ...ask,
        messages: [{ role: 'user', content: [turn('a'.repeat(400), true)] }],
      });
      const second = await client.messages.create({
        ...ask,
        messages: [
          { role: 'user', content: [turn('a'.repeat(400), false)] },
          { role: 'assistant', content: 'ok!!' },
          { role: 'user', content: [turn('b'.repeat(40), true)] },
        ],
      });
      assert.deepEqual(
        [figures(first), figures(second)],
        [
          [100, 0, 0],
          [11, 100, 0],
        ],
      );
    });
  });

  it('runs as a process of its own and ends with its stdin', async () => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', 'test/support/messagesApi/main.ts', '--reply', 'finished'],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    try {
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const { baseUrl } = await nextJson(lines);
      const client = clientOf(String(baseUrl));
      const message = await client.messages.stream(ask).finalMessage();
      assert.deepEqual(message.content, [{ type: 'text', text: 'finished', citations: null }]);
      child.stdin.write('stats\n');
      const stats = await nextJson(lines);
      assert.deepEqual(
        [stats['requests'], stats['maxInFlight'], stats['statusCounts']],
        [1, 1, { '200': 1 }],
      );
      const exited = once(child, 'exit');
      child.stdin.end();
      assert.deepEqual(await exited, [0, null]);
    } finally {
      child.kill();
    }
  }).timeout(20_000);
});

async function nextJson(lines: AsyncIterator<string>): Promise<Record<string, unknown>> {
  const line = await lines.next();
  // A parse boundary: the process prints one JSON object per line.
  return JSON.parse(String(line.value)) as Record<string, unknown>;
}
