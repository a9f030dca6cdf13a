import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import {
  cutConnection,
  cutMidStream,
  fail,
  failMidStream,
  text,
  toolUse,
  toolUses,
  withHeaders,
  withUsage,
} from './replies.ts';
import { apiErrorOf, ask, useMessagesApi } from './useMessagesApi.ts';
import type { Ask } from './useMessagesApi.ts';
import { lastUserText, toolResults } from './wireRequest.ts';

describe('the loopback Messages API server, as the real SDK sees it', () => {
  const { start, startWith } = useMessagesApi();

  describe('answers', () => {
    it('streams text in pieces that never tear a character', async () => {
      const words = 'Grüße, 世界! 🍵🍪📚 '.repeat(40);
      const { client } = await startWith(text(words));
      const stream = client.messages.stream(ask);
      const pieces: string[] = [];
      stream.on('text', (piece) => pieces.push(piece));
      const message = await stream.finalMessage();
      assert.ok(pieces.length > 5);
      assert.ok(pieces.every((piece) => piece.isWellFormed()));
      assert.equal(pieces.join(''), words);
      assert.deepEqual(
        { content: message.content, reason: message.stop_reason, model: message.model },
        {
          content: [{ type: 'text', text: words, citations: null }],
          reason: 'end_turn',
          model: 'claude-test',
        },
      );
    });

    it('streams the raw events in the order of the API', async () => {
      const { client } = await startWith(
        toolUse('read_file', { path: 'a.js' }, { text: 'I read.' }),
      );
      const types: string[] = [];
      for await (const event of await client.messages.create({ ...ask, stream: true })) {
        types.push('index' in event ? `${event.type} ${event.index}` : event.type);
      }
      assert.deepEqual(types, [
        'message_start',
        'content_block_start 0',
        'content_block_delta 0',
        'content_block_stop 0',
        'content_block_start 1',
        'content_block_delta 1',
        'content_block_delta 1',
        'content_block_stop 1',
        'message_delta',
        'message_stop',
      ]);
    });

    it('streams several tool calls with their inputs', async () => {
      const long = { path: 'b.js', newText: 'var x;\n"quoted"\n'.repeat(500) };
      const { client } = await startWith(
        toolUses([
          { name: 'read_file', input: { path: 'a.js' } },
          { name: 'write_file', input: long },
        ]),
      );
      const message = await client.messages.stream(ask).finalMessage();
      const caller = { type: 'direct' };
      assert.equal(message.stop_reason, 'tool_use');
      assert.deepEqual(message.content, [
        {
          type: 'tool_use',
          id: 'toolu_000001_0',
          name: 'read_file',
          input: { path: 'a.js' },
          caller,
        },
        { type: 'tool_use', id: 'toolu_000001_1', name: 'write_file', input: long, caller },
      ]);
    });

    it('answers without a stream just the same', async () => {
      const { client } = await startWith(toolUse('list', {}, { text: 'Well' }));
      const whole = await client.messages.create(ask);
      const streamed = await client.messages.stream(ask).finalMessage();
      const rename = (message: Anthropic.Message) => ({
        ...message,
        id: '',
        parsed_output: null,
        content: message.content.map((block) => ('id' in block ? { ...block, id: '' } : block)),
        usage: message.usage.output_tokens,
      });
      assert.deepEqual(rename(whole), rename(streamed));
    });

    it('carries a conversation with tool results', async () => {
      const { api, client } = await start({
        respond: (request) =>
          toolResults(request).length === 0
            ? toolUse('read_file', { path: lastUserText(request) })
            : text(`It says ${String(toolResults(request)[0]?.content)}.`, 'max_tokens'),
      });
      const first = await client.messages.create(ask);
      const [call] = first.content;
      assert.ok(call?.type === 'tool_use');
      const second = await client.messages.create({
        ...ask,
        messages: [
          ...ask.messages,
          { role: 'assistant', content: [call] },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: 'hi' }] },
        ],
      });
      assert.deepEqual(call.input, { path: 'Say hello' });
      assert.deepEqual(second.content, [{ type: 'text', text: 'It says hi.', citations: null }]);
      assert.equal(second.stop_reason, 'max_tokens');
      assert.deepEqual(api.statusCounts(), { '200': 2 });
    });

    it('counts tokens without a script', async () => {
      const { client } = await start({ respond: () => undefined });
      assert.deepEqual(
        await client.messages.countTokens({ model: 'claude-test', messages: ask.messages }),
        { input_tokens: 3 },
      );
    });

    it('bills by length unless the script says otherwise', async () => {
      const { client } = await start({
        respond: (_request, ctx) =>
          ctx.turn === 0 ? text('12345678') : withUsage({ outputTokens: 9_000 }, text('x')),
      });
      const usages = [
        (await client.messages.stream(ask).finalMessage()).usage,
        (await client.messages.stream(ask).finalMessage()).usage,
      ];
      assert.deepEqual(
        usages.map((usage) => [usage.input_tokens, usage.output_tokens]),
        [
          [3, 2],
          [3, 9_000],
        ],
      );
    });
  });

  describe('errors', () => {
    const cases = [
      { status: 400, type: 'invalid_request_error', kind: Anthropic.BadRequestError },
      { status: 401, type: 'authentication_error', kind: Anthropic.AuthenticationError },
      { status: 403, type: 'permission_error', kind: Anthropic.PermissionDeniedError },
      { status: 404, type: 'not_found_error', kind: Anthropic.NotFoundError },
      { status: 429, type: 'rate_limit_error', kind: Anthropic.RateLimitError },
      { status: 500, type: 'api_error', kind: Anthropic.InternalServerError },
      { status: 529, type: 'overloaded_error', kind: Anthropic.InternalServerError },
    ];
    for (const { status, type, kind } of cases) {
      it(`answers ${status} as ${type}`, async () => {
        const { api, client } = await startWith(fail(status, { message: 'as scripted' }));
        const error = await apiErrorOf(client.messages.stream(ask).finalMessage());
        assert.ok(error instanceof kind);
        assert.deepEqual(
          {
            status: error.status,
            type: error.type,
            message: error.apiMessage,
            id: error.requestID,
          },
          { status, type, message: 'as scripted', id: 'req_000001' },
        );
        assert.deepEqual(api.statusCounts(), { [status]: 1 });
      });
    }

    it('names the exact cause where the script gives one', async () => {
      const { client } = await startWith(fail(429, { code: 'enforced_spend_limit_reached' }));
      const error = await apiErrorOf(client.messages.create(ask));
      assert.equal(error.errorCode, 'enforced_spend_limit_reached');
    });

    it('shows retry-after and the rate limits with 429', async () => {
      const { client } = await startWith(fail(429, { retryAfterSeconds: 7 }));
      const { headers } = await apiErrorOf(client.messages.create(ask));
      assert.equal(headers?.get('retry-after'), '7');
      assert.equal(headers.get('anthropic-ratelimit-requests-remaining'), '0');
      assert.ok(Date.parse(headers.get('anthropic-ratelimit-requests-reset') ?? '') > Date.now());
    });

    it('sends the headers that the script adds', async () => {
      const { client } = await startWith(
        withHeaders({ 'anthropic-ratelimit-requests-remaining': '3' }, text('ok')),
      );
      const { response } = await client.messages.create(ask).withResponse();
      assert.equal(response.headers.get('anthropic-ratelimit-requests-remaining'), '3');
    });

    it('cuts the connection before the headers', async () => {
      const { api, client } = await startWith(cutConnection());
      const error = await apiErrorOf(client.messages.stream(ask).finalMessage());
      assert.ok(error instanceof Anthropic.APIConnectionError);
      await api.waitFor(() => api.inFlight() === 0, 10_000, 'the end of the request');
      assert.deepEqual(api.statusCounts(), { none: 1 });
      assert.equal(api.requests[0]?.closedByClient, false);
    });

    it('cuts the connection in the middle of a stream', async () => {
      const { api, client } = await startWith(cutMidStream('The answer is'));
      const stream = client.messages.stream(ask);
      let seen = '';
      stream.on('text', (piece) => (seen += piece));
      await assert.rejects(stream.finalMessage());
      await api.waitFor(() => api.inFlight() === 0, 10_000, 'the end of the request');
      assert.equal(seen, 'The answer is');
      assert.equal(api.requests[0]?.closedByClient, false);
      assert.deepEqual(api.statusCounts(), { '200': 1 });
    });

    it('cuts the connection in the middle of a whole answer', async () => {
      const { client } = await startWith(cutMidStream('The answer is'));
      await assert.rejects(client.messages.create(ask));
    });

    it('reports an overload in the middle of a stream', async () => {
      const { client } = await startWith(failMidStream('The answer'));
      const error = await apiErrorOf(client.messages.stream(ask).finalMessage());
      assert.equal(error.type, 'overloaded_error');
    });
  });

  describe('what the real API refuses', () => {
    const tool: Anthropic.ToolUseBlockParam = {
      type: 'tool_use',
      id: 't1',
      name: 'read',
      input: {},
    };
    const marked: Anthropic.TextBlockParam = {
      type: 'text',
      text: 'x',
      cache_control: { type: 'ephemeral' },
    };
    const cases: readonly { title: string; body: Partial<Ask>; message: RegExp }[] = [
      {
        title: 'a tool call without a result',
        body: {
          messages: [
            ...ask.messages,
            { role: 'assistant', content: [tool] },
            { role: 'user', content: 'Go on' },
          ],
        },
        message: /tool_use ids were found without tool_result blocks immediately after: t1/,
      },
      {
        title: 'a result without a tool call',
        body: {
          messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 't9' }] }],
        },
        message: /unexpected tool_use_id found in tool_result blocks: t9/,
      },
      {
        title: 'empty text',
        body: { messages: [{ role: 'user', content: '' }] },
        message: /text content blocks must be non-empty/,
      },
      {
        title: 'a fifth cache breakpoint',
        body: { system: [marked, marked, marked, marked, marked] },
        message: /maximum of 4 blocks with cache_control/,
      },
      {
        title: 'a choice of sampling',
        body: Object.fromEntries([['temperature', 1]]),
        message: /^temperature: Extra inputs are not permitted/,
      },
      { title: 'no messages', body: { messages: [] }, message: /^messages: / },
      { title: 'no room for an answer', body: { max_tokens: 0 }, message: /^max_tokens: / },
    ];
    for (const { title, body, message } of cases) {
      it(`refuses ${title} with 400, before the script is asked`, async () => {
        const { client } = await start({ respond: () => undefined });
        const error = await apiErrorOf(client.messages.create({ ...ask, ...body }));
        assert.equal(error.status, 400);
        assert.match(error.apiMessage ?? '', message);
      });
    }

    it('refuses a request without a key with 401', async () => {
      const { api } = await start({ respond: () => undefined });
      const response = await fetch(`${api.baseUrl}/v1/messages`, { method: 'POST', body: '{}' });
      assert.equal(response.status, 401);
    });
  });
});
