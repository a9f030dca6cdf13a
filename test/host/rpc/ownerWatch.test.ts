/** The process that owns a run ends, is killed, or falls silent while others listen to it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Message, SocketMessageReader } from 'vscode-jsonrpc/node';
import { openOwner } from '../../../src/host/rpc/openOwner.ts';
import { OwnerWatch } from '../../../src/host/rpc/ownerWatch.ts';
import { PRODUCT_VERSION, PROTOCOL_VERSION } from '../../../src/protocol/host/version.ts';

const runId = '20261122-200000-abcdef';
const lastBatches = 50;

describe('the last words of a process that owns a run', () => {
  let folder: string;
  let server: Server;
  let address: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'muster-words-'));
    address = path.join(folder, 'socket');
    server = createServer(serveAndEnd);
    await new Promise<void>((resolve) => server.listen(address, resolve));
  });

  afterEach(async () => {
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('are all heard, and its answer too, though it ends in the same moment', async () => {
    const owner = { pid: 1, startTime: 0, identity: null, released: false };
    const connection = await openOwner({ ...owner, socket: address, token: 'token' });
    const heard: number[] = [];
    connection.onNotification('run.events', ({ sequence }) => heard.push(sequence));
    const closed = new Promise<void>((resolve) => connection.onClosed(resolve));
    await connection.request('run.control', { runId, control: { action: 'cancel' } });
    await closed;
    assert.deepEqual(
      heard,
      Array.from({ length: lastBatches }, (_, index) => index + 1),
    );
  });
});

describe('the watch over a process that owns a run', function () {
  this.timeout(20_000);

  it('waits until it is gone, and says once that it still lives', async () => {
    const looks = [true, true, true, true, true, true, true, false];
    const said: string[] = [];
    await new Promise<void>((resolve) => {
      const watch = new OwnerWatch({
        isOwned: () => Promise.resolve(looks.shift() ?? assert.fail('It looked again.')),
        onGone: () => {
          said.push('gone');
          watch.dispose();
          resolve();
        },
        onAlive: () => said.push('alive'),
      });
    });
    assert.deepEqual([said, looks], [['alive', 'gone'], []]);
  });

  it('takes one that cannot be looked for as gone', async () => {
    await new Promise<void>((resolve) => {
      const isOwned = (): Promise<boolean> => Promise.reject(new Error('EIO'));
      new OwnerWatch({ isOwned, onGone: resolve, onAlive: () => assert.fail('It is gone.') });
    });
  });
});

/** An owner that answers hello, and at the first order says all it has to say at once and ends. */
function serveAndEnd(socket: Socket): void {
  new SocketMessageReader(socket).listen((message) => {
    if (!Message.isRequest(message)) return;
    const { id, method } = message;
    if (method === 'hello') {
      const hello = { protocolVersion: PROTOCOL_VERSION, hostVersion: PRODUCT_VERSION, pid: 1 };
      socket.write(frame({ id, result: hello }));
      return;
    }
    const batches = Array.from({ length: lastBatches }, (_, index) =>
      frame({ method: 'run.events', params: { runId, sequence: index + 1, events: [] } }),
    );
    socket.end([...batches, frame({ id, result: {} })].join(''));
  });
}

function frame(message: object): string {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
