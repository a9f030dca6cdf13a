/**
 * A host that answers just enough to be connected to; started by the tests as the real one is.
 * MUSTER_FAKE says how it misbehaves: `fail` refuses to start, `silent` never gets ready.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import path from 'node:path';
import {
  createMessageConnection,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node';

const token = randomBytes(16).toString('hex');
const socketPath = path.join(process.env['MUSTER_WORKSPACE'] ?? '', `${process.pid}.sock`);

function serve(): void {
  const server = createServer((socket) => {
    const rpc = createMessageConnection(
      new SocketMessageReader(socket),
      new SocketMessageWriter(socket),
    );
    rpc.onRequest('hello', (params: { token: string }) => {
      if (params.token !== token) return new ResponseError(1, 'The token is wrong.');
      return { protocolVersion: 1, hostVersion: '0.0.0', pid: process.pid };
    });
    rpc.onRequest('provider.configure', () => ({}));
    rpc.onRequest('retention.configure', () => ({}));
    rpc.onRequest('runs.list', () => ({ runs: [] }));
    rpc.onRequest('run.report', () => new ResponseError(2, 'There is no such run.'));
    rpc.onRequest('run.script', () => ({ script: 42 }));
    // Never answers: whoever asks waits until the process is gone.
    rpc.onRequest('plan.draft', () => new Promise(() => undefined));
    rpc.onRequest('plan.cancel', async () => {
      await rpc.sendNotification('plan.text', { planId: 'p1', text: 'hello' });
      await rpc.sendNotification('plan.text', { planId: 7 });
      return {};
    });
    rpc.onClose(() => process.exit(0));
    rpc.listen();
  });
  server.listen(socketPath, () => process.send?.({ type: 'ready', socket: socketPath, token }));
}

if (process.env['MUSTER_FAKE'] === 'fail') {
  process.send?.({ type: 'failed', message: 'the state folder is not writable.' });
} else if (process.env['MUSTER_FAKE'] === 'silent') setTimeout(() => undefined, 60_000);
else serve();
