/** The one way to ask a process of ours: the editor asks its host so, and a command line the owner of a run. */
import type { Socket } from 'node:net';
import {
  createMessageConnection,
  ErrorCodes,
  ParameterStructures,
  ResponseError,
  SocketMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { createDeferred } from '../base/deferred.ts';
import type { Disposable } from '../base/disposables.ts';
import { Emitter, type Event } from '../base/emitter.ts';
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
import { startAnswerTimer } from './answerTimer.ts';
import { DrainedReader } from './drainedReader.ts';
import { FrameMeter } from './frameMeter.ts';
import type { HostClient, HostEndpoint } from './hostClient.ts';
import type { HostPeer } from './hostPeer.ts';
import { openSocket } from './openSocket.ts';
import { MAX_FRAME_BYTES } from './rpcLimits.ts';

/** Errors that the library makes of a connection that is gone; all others are the peer's own words. */
const NOT_FROM_PEER: readonly number[] = [
  ErrorCodes.PendingResponseRejected,
  ErrorCodes.MessageWriteError,
];

/** One connection to a host: typed requests, parsed answers in time, and a reason for all when it ends. */
export class HostConnection implements HostClient, Disposable {
  readonly #rpc: MessageConnection;
  readonly #reader: DrainedReader;
  readonly #socket: Socket;
  readonly #peer: HostPeer;
  readonly #closed = new Emitter<void>();
  #lastHeardMs = 0;
  /** Why no further answer is to be expected; null while one is. */
  #reason: string | null = null;
  #isClosed = false;
  #pid = 0;
  /** Fires once when the other side ends or is given up; not after dispose. */
  readonly onClosed: Event<void> = this.#closed.event;

  private constructor(socket: Socket, peer: HostPeer) {
    this.#socket = socket;
    this.#peer = peer;
    this.#meter(socket);
    this.#reader = new DrainedReader(socket);
    const writer = new SocketMessageWriter(socket);
    this.#rpc = createMessageConnection(this.#reader, writer, undefined, {
      messageStrategy: this.#reader,
    });
    this.#rpc.onClose(() => this.#end());
    // Some streams report an error and never a close.
    this.#rpc.onError(([error]) => {
      peer.log.warn(`Connection to the background host: ${error.message}`);
      this.#end();
    });
    this.#rpc.listen();
  }

  /** Connects and says hello; rejects in the peer's words, or with those of `HostPeer.describe`. */
  static async open(endpoint: HostEndpoint, peer: HostPeer): Promise<HostConnection> {
    const connection = new HostConnection(await openSocket(endpoint.socket, peer), peer);
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

  /** The process id of the other side. */
  get pid(): number {
    return this.#pid;
  }

  /** Rejects with the peer's own words, or when it ends, falls silent or takes too long. */
  async request<M extends HostMethod>(method: M, params: HostParams<M>): Promise<HostResult<M>> {
    const answer = await this.#answerInTime(method, params);
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
      else {
        const { message } = parsed.error;
        this.#peer.log.error(`Notification ${name} has an unknown shape: ${message}`);
      }
    });
  }

  /** Closes this side; the other goes on. Nobody is told through `onClosed`. */
  dispose(): void {
    this.#closed.dispose();
    this.#close('this side closed the connection.');
  }

  // Before the reader listens, which keeps what it gets until a message is whole.
  #meter(socket: Socket): void {
    const meter = new FrameMeter(MAX_FRAME_BYTES);
    socket.on('data', (chunk: Buffer) => {
      this.#lastHeardMs = performance.now();
      if (!meter.accepts(chunk))
        this.#close('it sent a message that is too large, or none at all.');
    });
  }

  async #answerInTime(method: HostMethod, params: unknown): Promise<unknown> {
    const late = createDeferred<never>();
    const sentMs = performance.now();
    const limitMs = this.#peer.answerMs(method);
    const timer = startAnswerTimer({
      limitMs,
      onceDrained: (callback) => this.#reader.onceDrained(callback),
      onLate: () => {
        // One that said anything since lives; what else waits for it is not given up.
        if (this.#lastHeardMs < sentMs) this.#close(`it was silent for ${limitMs / 1000} seconds.`);
        else late.reject(this.#peer.describe({ type: 'late', method, waitedMs: limitMs }));
      },
    });
    try {
      return await Promise.race([this.#answerTo(method, params), late.promise]);
    } finally {
      timer.dispose();
    }
  }

  async #answerTo(method: HostMethod, params: unknown): Promise<unknown> {
    try {
      return await this.#rpc.sendRequest(method, ParameterStructures.byName, params);
    } catch (error) {
      if (error instanceof ResponseError && !NOT_FROM_PEER.includes(error.code)) {
        throw new Error(errorText(error), { cause: error });
      }
      const reason = this.#reason ?? 'it ended.';
      throw this.#peer.describe({ type: 'gone', method, reason });
    }
  }

  /** What the other side said before it ended still counts. */
  #end(): void {
    this.#reason ??= 'it ended.';
    this.#reader.onceDrained(() => this.#close('it ended.'));
  }

  #close(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#reason ??= reason;
    // Disposing rejects every request that still waits.
    this.#rpc.dispose();
    this.#socket.destroy();
    this.#closed.fire();
  }
}
