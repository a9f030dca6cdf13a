/** Where a request may go, and how much of a complaint is read: the real client against real servers. */
import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MAX_COMPLAINT_BYTES } from '../../../../src/core/limits.ts';
import { ModelError } from '../../../../src/core/ports/modelClient.ts';
import { createAnthropicClient } from '../../../../src/host/adapters/anthropic/createAnthropicClient.ts';

describe('A request to a model', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  async function serve(listener: RequestListener, host = '127.0.0.1'): Promise<string> {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    // A server that listens on TCP has an address of this kind.
    return `http://${host}:${(server.address() as AddressInfo).port}`;
  }

  async function failureAt(baseUrl: string): Promise<ModelError> {
    const client = createAnthropicClient({ baseUrl, apiKey: 'test-key', defaultModel: 'm' });
    const messages = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'x' }] }];
    const request = { model: 'm', system: '', tools: [], maxOutputTokens: 1000, messages };
    const failed = client.send(request, { signal: new AbortController().signal });
    const error: unknown = await failed.then(
      () => null,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ModelError, String(error));
    return error;
  }

  for (const status of [301, 302, 303, 307, 308]) {
    it(`goes to no other host with ${status}, and says where it was to go`, async () => {
      const seen: string[] = [];
      const other = await serve(({ method = '' }, response) => {
        seen.push(method);
        response.end('{}');
      }, '127.0.0.2');
      const first = await serve((_request, response) => {
        response.writeHead(status, { location: `${other}/v1/messages` }).end();
      });
      const error = await failureAt(first);
      assert.deepEqual(seen, []);
      assert.deepEqual([error.code, error.retry], ['model_request', 'never']);
      assert.ok(error.message.includes(new URL(other).host), error.message);
    });
  }

  it('follows its own host, with its body, but not in circles', async () => {
    const bodies: number[] = [];
    const base = await serve((request, response) => {
      let length = 0;
      request.on('data', (chunk: Buffer) => (length += chunk.length));
      request.on('end', () => {
        bodies.push(length);
        response.writeHead(307, { location: '/elsewhere' }).end();
      });
    });
    const error = await failureAt(base);
    assert.equal(bodies.length, 4);
    assert.ok(bodies.every((length) => length > 0 && length === bodies[0]));
    assert.equal(error.retry, 'never');
  });

  for (const scheme of ['http', 'https']) {
    it(`goes to no other port of its host, by ${scheme} neither`, async () => {
      let connections = 0;
      const other = await serve((_request, response) => response.end('{}'));
      servers.at(-1)?.on('connection', () => (connections += 1));
      const base = await serve((_request, response) => {
        response.writeHead(307, { location: other.replace('http', scheme) }).end();
      });
      assert.match((await failureAt(base)).message, /sends requests on to/u);
      assert.equal(connections, 0);
    });
  }

  it('reads no more of a complaint than people do', async () => {
    let sent = 0;
    const base = await serve((_request, response) => {
      response.writeHead(400, { 'content-type': 'text/plain' });
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) sent += 65_536;
        response.once('drain', more);
      };
      more();
    });
    const error = await failureAt(base);
    assert.equal(error.status, 400);
    // What lies in the buffers of both ends comes on top.
    assert.ok(sent < MAX_COMPLAINT_BYTES + 64 * 1024 * 1024, `${sent} bytes`);
    assert.ok(error.message.length < 10_000, `a message of ${error.message.length} characters`);
  });
});
