import { connect, type Socket } from 'node:net';
import {
  createMessageConnection,
  ParameterStructures,
  SocketMessageReader,
  SocketMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import type { Disposable } from '../base/disposables.ts';
import { errorText } from '../base/errorText.ts';
import {
  HOST_METHODS,
  HOST_NOTIFICATIONS,
  type HostMethod,
  type HostNotification,
  type HostNotificationParams,
  type HostParams,
  type HostResult,
} from '../protocol/host/hostRpc.ts';
import { PRODUCT_VERSION, PROTOCOL_VERSION } from '../protocol/host/version.ts';
import { Emitter, type Event } from '../base/emitter.ts';
import { HostGoneError, type ClientLog, type HostClient, type HostEndpoint } from './hostClient.ts';

const connectTimeoutMs = 5000;

/** One connection to a host: typed requests, parsed answers, and a reason for all when it ends. */
export class HostConnection implements HostClient, Disposable {
  readonly #rpc: MessageConnection;
  readonly #socket: Socket;
  readonly #log: ClientLog;
  readonly #closed = new Emitter<void>();
  #isClosed = false;
  #pid = 0;
  readonly onClosed: Event<void> = this.#closed.event;

  private constructor(socket: Socket, log: ClientLog) {
    this.#socket = socket;
    this.#log = log;
    this.#rpc = createMessageConnection(
      new SocketMessageReader(socket),
      new SocketMessageWriter(socket),
    );
    this.#rpc.onClose(() => this.#close());
    // Some streams report an error and never a close.
    this.#rpc.onError(([error]) => {
      log.warn(`Connection to the background host: ${error.message}`);
      this.#close();
    });
    this.#rpc.listen();
  }

  /** Connects and introduces this window; fails when the host refuses. */
  static async open(endpoint: HostEndpoint, log: ClientLog): Promise<HostConnection> {
    const connection = new HostConnection(await openSocket(endpoint.socket), log);
    try {
      const hello = await connection.request('hello', {
        token: endpoint.token,
        protocolVersion: PROTOCOL_VERSION,
        extensionVersion: PRODUCT_VERSION,
      });
      connection.#pid = hello.pid;
      return connection;
    } catch (error) {
      connection.dispose();
      throw error;
    }
  }

  get isConnected(): boolean {
    return !this.#isClosed;
  }

  /** The host's process id. */
  get pid(): number {
    return this.#pid;
  }

  async request<M extends HostMethod>(method: M, params: HostParams<M>): Promise<HostResult<M>> {
    if (this.#isClosed) throw new HostGoneError(method);
    const answer = await this.#send(method, params);
    // The table pairs each name with its schema; an index type cannot express that pairing.
    return HOST_METHODS[method].result.parse(answer) as HostResult<M>;
  }

  onNotification<N extends HostNotification>(
    name: N,
    listener: (params: HostNotificationParams<N>) => void,
  ): Disposable {
    return this.#rpc.onNotification(name, (params: unknown) => {
      const parsed = HOST_NOTIFICATIONS[name].safeParse(params);
      // As above: the schema under this name yields exactly this type.
      if (parsed.success) listener(parsed.data as HostNotificationParams<N>);
      else this.#log.error(`Notification ${name} has an unknown shape: ${parsed.error.message}`);
    });
  }

  /** Closes this side; the host goes on. Nobody is told through `onClosed`. */
  dispose(): void {
    this.#closed.dispose();
    this.#close();
  }

  async #send(method: HostMethod, params: unknown): Promise<unknown> {
    try {
      return await this.#rpc.sendRequest(method, ParameterStructures.byName, params);
    } catch (error) {
      if (this.#isClosed) throw new HostGoneError(method);
      throw new Error(errorText(error), { cause: error });
    }
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // Disposing rejects every request that still waits.
    this.#rpc.dispose();
    this.#socket.destroy();
    this.#closed.fire();
  }
}

function openSocket(address: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(address);
    const fail = (error: Error) => {
      socket.destroy();
      reject(
        new Error(`Cannot connect to the background host: ${error.message}`, { cause: error }),
      );
    };
    socket.setTimeout(connectTimeoutMs, () => fail(new Error('no answer.')));
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}
