import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Message, SocketMessageReader } from 'vscode-jsonrpc/node';
import type { HostEndpoint } from '../../../src/hostClient/hostClient.ts';
import { PRODUCT_VERSION, PROTOCOL_VERSION } from '../../../src/protocol/host/version.ts';

/** One request as a scripted host gets it. */
export interface Asked {
  readonly socket: Socket;
  readonly id: number | string | null;
  readonly method: string;
}

/** A host in the test's own process that answers hello, and does with all else what the test says. */
export class ScriptedHost {
  readonly endpoint: HostEndpoint;
  readonly #folder: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(folder: string, onRequest: (asked: Asked) => void) {
    this.#folder = folder;
    this.endpoint = { socket: path.join(folder, 'socket'), token: 'token' };
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      new SocketMessageReader(socket).listen((message) => {
        if (!Message.isRequest(message)) return;
        const { id, method } = message;
        if (method === 'hello') socket.write(answer(id, hello));
        else onRequest({ socket, id, method });
      });
    });
  }

  static async start(onRequest: (asked: Asked) => void): Promise<ScriptedHost> {
    const host = new ScriptedHost(await mkdtemp(path.join(os.tmpdir(), 'muster-host-')), onRequest);
    await new Promise<void>((resolve) => host.#server.listen(host.endpoint.socket, resolve));
    return host;
  }

  async dispose(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const hello = { protocolVersion: PROTOCOL_VERSION, hostVersion: PRODUCT_VERSION, pid: 1 };

/** The bytes of an answer. */
export function answer(id: Asked['id'], result: object): string {
  return frame({ id, result });
}

/** The bytes of a notification. */
export function notification(method: string, params: object): string {
  return frame({ method, params });
}

function frame(message: object): string {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
