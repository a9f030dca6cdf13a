import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ModelRequest } from '../../../../src/core/ports/modelClient.ts';
import { createAnthropicClient } from '../../../../src/host/adapters/anthropic/createAnthropicClient.ts';

const request: ModelRequest = {
  model: 'claude-test',
  system: 'You answer.',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
  tools: [],
  maxOutputTokens: 100,
};

const events: readonly (readonly [string, object])[] = [
  ['message_start', { message: { model: 'claude-test', usage: {} } }],
  ['content_block_start', { index: 0, content_block: { type: 'text', text: '' } }],
  ['content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'done' } }],
  ['message_delta', { delta: { stop_reason: 'end_turn' }, usage: {} }],
  ['message_stop', {}],
];
const stream = events
  .map(([type, data]) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`)
  .join('');

/** Sends requests one after the other to a server that ends its responses in its own way. */
async function sendTo(
  end: (response: ServerResponse) => void,
  requests: number,
): Promise<{ readonly answers: readonly unknown[]; readonly connections: number }> {
  let connections = 0;
  const server = createServer((incoming, response) => {
    incoming.resume();
    incoming.once('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(stream, () => end(response));
    });
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    // A listening TCP server has an address with a port.
    const { port } = server.address() as AddressInfo;
    const baseUrl = `http://127.0.0.1:${port}`;
    const client = createAnthropicClient({ apiKey: 'key', baseUrl, defaultModel: 'claude-test' });
    const answers: unknown[] = [];
    for (let index = 0; index < requests; index += 1) {
      const { signal } = new AbortController();
      answers.push((await client.send(request, { signal })).content);
    }
    return { answers, connections };
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const done = [{ type: 'text', text: 'done' }];

describe('the connection of a streamed answer', () => {
  it('is used again when the response ends later than the answer', async () => {
    const { answers, connections } = await sendTo((response) => {
      setImmediate(() => response.end());
    }, 20);
    assert.deepEqual(answers, Array(20).fill(done));
    // The SDK's own requests may open a second one beside the first.
    assert.ok(connections <= 2, `${connections} connections for 20 requests`);
  });

  it('is given up when the response does not end after the answer', async () => {
    const { answers } = await sendTo(() => undefined, 2);
    assert.deepEqual(answers, [done, done]);
  }).timeout(4000);

  it('may break after the answer is complete', async () => {
    const { answers } = await sendTo((response) => response.destroy(), 2);
    assert.deepEqual(answers, [done, done]);
  });
});
