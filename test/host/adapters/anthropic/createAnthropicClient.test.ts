import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createAnthropicClient } from '../../../../src/host/adapters/anthropic/createAnthropicClient.ts';
import type {
  ModelAnswer,
  ModelError,
  ModelMessage,
  ModelRequest,
} from '../../../../src/core/ports/modelClient.ts';
import {
  cutConnection,
  cutMidStream,
  fail,
  failMidStream,
  holdUntil,
  text,
  toolUse,
  withHeaders,
} from '../../../support/messagesApi/replies.ts';
import type { Reply } from '../../../support/messagesApi/replies.ts';
import { startMessagesApi } from '../../../support/messagesApi/startMessagesApi.ts';
import type { MessagesApi } from '../../../support/messagesApi/startMessagesApi.ts';

const apiKey = 'sk-ant-secret-for-tests';

const request: ModelRequest = {
  model: 'claude-sonnet-5-5',
  system: 'Be brief.',
  tools: [
    { name: 'read_file', description: 'Reads.', inputSchema: { type: 'object' } },
    { name: 'submit_result', description: 'Ends.', inputSchema: { type: 'object' } },
  ],
  messages: [user('hello')],
  maxOutputTokens: 1000,
};

describe('createAnthropicClient', () => {
  let api: MessagesApi | undefined;
  afterEach(async () => {
    await api?.dispose();
    api = undefined;
  });

  async function serve(...replies: readonly Reply[]): Promise<MessagesApi> {
    api = await startMessagesApi({ respond: (_body, { turn }) => replies[turn] });
    return api;
  }

  it('streams text and counts tokens', async () => {
    const { baseUrl } = await serve(text('Hello, you.'));
    const pieces: string[] = [];
    let activity = 0;
    const answer = await client(baseUrl).send(request, {
      signal: new AbortController().signal,
      onText: (piece) => pieces.push(piece),
      onActivity: () => (activity += 1),
    });
    assert.equal(pieces.join(''), 'Hello, you.');
    assert.ok(activity >= 6, `${activity} signs of life, the ping among them`);
    assert.deepEqual(
      { ...answer, usage: Object.keys(answer.usage) },
      {
        model: 'claude-sonnet-5-5',
        content: [{ type: 'text', text: 'Hello, you.' }],
        stopReason: 'endTurn',
        usage: ['inputTokens', 'outputTokens', 'cacheReadTokens', 'cacheWriteTokens'],
      },
    );
    assert.ok(answer.usage.cacheWriteTokens > 0);
  });

  it('returns tool calls with their input and reads the cached prefix on the next turn', async () => {
    const { baseUrl } = await serve(
      toolUse('read_file', { path: 'a.ts' }, { text: 'Reading.' }),
      text('Done.'),
    );
    const first = await send(baseUrl);
    const [spoken, call] = first.content;
    assert.deepEqual(spoken, { type: 'text', text: 'Reading.' });
    assert.ok(call?.type === 'toolUse');
    assert.deepEqual([call.name, call.input], ['read_file', { path: 'a.ts' }]);
    assert.equal(first.stopReason, 'toolUse');
    const result = {
      type: 'toolResult',
      toolUseId: call.toolUseId,
      text: 'x',
      outcome: 'ok',
    } as const;
    const second = await send(baseUrl, {
      messages: [
        ...request.messages,
        { role: 'assistant', content: first.content },
        { role: 'user', content: [result] },
      ],
    });
    assert.ok(second.usage.cacheReadTokens > 0);
  });

  it('maps the request', async () => {
    const { baseUrl, requests } = await serve(toolUse('submit_result', {}));
    await send(baseUrl, { requiredTool: 'submit_result', effort: 'max' });
    const cached = { type: 'ephemeral' };
    assert.deepEqual(requests[0]?.body, {
      model: 'claude-sonnet-5-5',
      max_tokens: 1000,
      stream: true,
      system: [{ type: 'text', text: 'Be brief.', cache_control: cached }],
      tools: [
        { name: 'read_file', description: 'Reads.', input_schema: { type: 'object' } },
        {
          name: 'submit_result',
          description: 'Ends.',
          input_schema: { type: 'object' },
          cache_control: cached,
        },
      ],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }],
      tool_choice: { type: 'tool', name: 'submit_result' },
      output_config: { effort: 'max' },
    });
  });

  const statuses: readonly [Reply, Partial<ModelError>][] = [
    [fail(401), { code: 'model_auth', status: 401, retry: 'never', retryAfterMs: null }],
    [fail(403), { code: 'model_auth', status: 403, retry: 'never', retryAfterMs: null }],
    [fail(400), { code: 'model_request', status: 400, retry: 'never', retryAfterMs: null }],
    [fail(404), { code: 'model_unknown', status: 404, retry: 'never', retryAfterMs: null }],
    [fail(413), { code: 'model_request', status: 413, retry: 'never', retryAfterMs: null }],
    [fail(422), { code: 'model_request', status: 422, retry: 'never', retryAfterMs: null }],
    [
      fail(429, { retryAfterSeconds: 3 }),
      { code: 'model_rate_limited', status: 429, retry: 'backOff', retryAfterMs: 3000 },
    ],
    [
      withHeaders({ 'retry-after-ms': '250' }, fail(429)),
      { code: 'model_rate_limited', status: 429, retry: 'backOff', retryAfterMs: 250 },
    ],
    [fail(408), { code: 'model_unavailable', status: 408, retry: 'backOff', retryAfterMs: null }],
    [fail(409), { code: 'model_unavailable', status: 409, retry: 'backOff', retryAfterMs: null }],
    [fail(500), { code: 'model_unavailable', status: 500, retry: 'backOff', retryAfterMs: null }],
    [fail(502), { code: 'model_unavailable', status: 502, retry: 'backOff', retryAfterMs: null }],
    [fail(503), { code: 'model_unavailable', status: 503, retry: 'backOff', retryAfterMs: null }],
    [fail(504), { code: 'model_unavailable', status: 504, retry: 'backOff', retryAfterMs: null }],
    [fail(402), { code: 'model_usage_limit', status: 402, retry: 'never', retryAfterMs: null }],
    [fail(529), { code: 'model_unavailable', status: 529, retry: 'backOff', retryAfterMs: null }],
  ];
  for (const [reply, expected] of statuses) {
    it(`turns ${reply.type} ${String(expected.status)} ${String(expected.retryAfterMs)} into ${String(expected.code)}, after one request`, async () => {
      const { baseUrl, requests } = await serve(reply);
      assert.deepEqual(facts(await failure(send(baseUrl))), expected);
      assert.equal(requests.length, 1);
    });
  }

  const breaks: readonly [string, Reply, string, string][] = [
    ['a cut connection', cutConnection(), 'model_unavailable', 'backOff'],
    ['a cut stream', cutMidStream('Hel'), 'model_unavailable', 'backOff'],
    [
      'an overload in mid-stream',
      failMidStream('Hel', { type: 'overloaded_error', message: 'Overloaded' }),
      'model_unavailable',
      'backOff',
    ],
    [
      'a rate limit in mid-stream',
      failMidStream('Hel', { type: 'rate_limit_error', message: 'Slow down' }),
      'model_rate_limited',
      'backOff',
    ],
    [
      'a refused request in mid-stream',
      failMidStream('Hel', { type: 'invalid_request_error', message: 'No' }),
      'model_request',
      'never',
    ],
  ];
  for (const [name, reply, code, retry] of breaks) {
    it(`turns ${name} into ${code}`, async () => {
      const { baseUrl } = await serve(reply);
      const error = await failure(send(baseUrl));
      assert.deepEqual([error.code, error.retry], [code, retry]);
    });
  }

  it('finds nobody at the address and says where', async () => {
    const error = await failure(send('http://127.0.0.1:9'));
    assert.deepEqual(facts(error), {
      code: 'model_unavailable',
      status: null,
      retry: 'backOff',
      retryAfterMs: null,
    });
    assert.match(error.message, /claude-sonnet-5-5 at http:\/\/127\.0\.0\.1:9/);
  });

  it('never repeats the key that a server quotes', async () => {
    const { baseUrl } = await serve(fail(401, { message: `bad key ${apiKey}` }));
    const error = await failure(send(baseUrl));
    assert.ok(!`${error.message}${error.stack ?? ''}`.includes(apiKey), error.message);
    assert.match(error.message, /bad key \[key\]/);
    assert.equal(error.cause, undefined);
  });

  it('closes the socket at once when aborted before the answer, and rejects with the reason', async () => {
    const server = await serve(holdUntil(new Promise(() => undefined), text('never')));
    const controller = new AbortController();
    const sent = client(server.baseUrl).send(request, { signal: controller.signal });
    await server.waitFor(({ requests }) => requests[0]?.body !== undefined, 10_000, 'the request');
    const reason = new Error('run cancelled');
    controller.abort(reason);
    await assert.rejects(sent, (error) => error === reason);
    await server.waitFor(({ requests }) => requests[0]?.closedByClient === true, 250, 'the close');
  });

  it('closes the socket at once when aborted in mid-answer', async () => {
    const broken = rawServer('event: ping\ndata: {"type":"ping"}\n\n', 'open');
    const controller = new AbortController();
    const reason = new Error('run cancelled');
    try {
      const closed = new Promise((resolve) =>
        broken.once('connection', (socket) => socket.once('close', resolve)),
      );
      const sent = client(await listen(broken)).send(request, {
        signal: controller.signal,
        onActivity: () => controller.abort(reason),
      });
      await assert.rejects(sent, (error) => error === reason);
      await closed;
    } finally {
      broken.closeAllConnections();
      broken.close();
    }
  });

  it('sends nothing when it is aborted already', async () => {
    const { baseUrl, requests } = await serve();
    const reason = new Error('too late');
    const sent = client(baseUrl).send(request, { signal: AbortSignal.abort(reason) });
    await assert.rejects(sent, (error) => error === reason);
    assert.equal(requests.length, 0);
  });

  const start =
    'event: message_start\ndata: {"message":{"model":"m","usage":{"input_tokens":1,"output_tokens":1}}}\n\n';
  const malformed: readonly [string, string][] = [
    ['no events', ''],
    ['text that is not JSON', 'event: message_start\ndata: {oops\n\n'],
    ['a message without a model', 'event: message_start\ndata: {"message":{}}\n\n'],
    [
      'a piece without a block',
      `${start}event: content_block_delta\ndata: {"index":0,"delta":{"type":"text_delta","text":"x"}}\n\n`,
    ],
    ['an end without a beginning', 'event: message_stop\ndata: {}\n\n'],
    [
      'tool input that is not JSON',
      `${start}event: content_block_start\ndata: {"index":0,"content_block":{"type":"tool_use","id":"t","name":"n","input":{}}}\n\nevent: content_block_delta\ndata: {"index":0,"delta":{"type":"input_json_delta","partial_json":"{\\"a\\":"}}\n\nevent: message_stop\ndata: {}\n\n`,
    ],
  ];
  for (const [name, body] of malformed) {
    it(`turns a stream with ${name} into model_unavailable`, async () => {
      const error = await failure(withRawServer(body, send));
      assert.deepEqual([error.code, error.retry], ['model_unavailable', 'backOff']);
    });
  }

  it('gives thinking back unchanged with the results of its tool calls', async () => {
    const bodies: string[] = [];
    const events = [
      ['message_start', { message: { model: 'm', usage: { input_tokens: 1, output_tokens: 1 } } }],
      [
        'content_block_start',
        { index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
      ],
      ['content_block_delta', { index: 0, delta: { type: 'signature_delta', signature: 'sig' } }],
      [
        'content_block_start',
        { index: 1, content_block: { type: 'tool_use', id: 't1', name: 'read_file', input: {} } },
      ],
      [
        'content_block_delta',
        { index: 1, delta: { type: 'input_json_delta', partial_json: '{}' } },
      ],
      ['message_delta', { delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 2 } }],
      ['message_stop', {}],
    ] as const;
    const body = events
      .map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
      .join('');
    const server = rawServer(body, 'end', (sent) => bodies.push(sent));
    try {
      const model = client(await listen(server));
      const signal = new AbortController().signal;
      const first = await model.send(request, { signal });
      await model.send(
        {
          ...request,
          messages: [
            ...request.messages,
            { role: 'assistant', content: [...first.content] },
            {
              role: 'user',
              content: [{ type: 'toolResult', toolUseId: 't1', text: 'x', outcome: 'ok' }],
            },
          ],
        },
        { signal },
      );
      // The second request's body is our own JSON, read back to be compared.
      const second = JSON.parse(bodies[1] ?? '') as { messages: { content: unknown }[] };
      assert.deepEqual(second.messages[1]?.content, [
        { type: 'thinking', thinking: '', signature: 'sig' },
        { type: 'tool_use', id: 't1', name: 'read_file', input: {} },
      ]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

function user(message: string): ModelMessage {
  return { role: 'user', content: [{ type: 'text', text: message }] };
}

function client(baseUrl: string) {
  return createAnthropicClient({ apiKey, baseUrl, defaultModel: 'claude-sonnet-5-5' });
}

function send(baseUrl: string, changes: Partial<ModelRequest> = {}): Promise<ModelAnswer> {
  const signal = new AbortController().signal;
  return client(baseUrl).send({ ...request, ...changes }, { signal });
}

async function failure(sent: Promise<unknown>): Promise<ModelError> {
  const [result] = await Promise.allSettled([sent]);
  assert.equal(result.status, 'rejected');
  const { reason } = result as { reason: ModelError }; // The name is asserted on the next line.
  assert.equal(reason.name, 'ModelError', String(reason));
  return reason;
}

function facts({ code, status, retry, retryAfterMs }: ModelError) {
  return { code, status, retry, retryAfterMs };
}

function rawServer(body: string, then: 'end' | 'open', onBody?: (sent: string) => void): Server {
  return createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      onBody?.(Buffer.concat(chunks).toString());
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(body === '' ? ': nothing\n\n' : body);
      if (then === 'end') response.end();
    });
  });
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return `http://127.0.0.1:${address.port}`;
}

async function withRawServer<T>(body: string, use: (baseUrl: string) => Promise<T>): Promise<T> {
  const server = rawServer(body, 'end');
  try {
    return await use(await listen(server));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
