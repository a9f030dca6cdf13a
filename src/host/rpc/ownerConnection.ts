/** A connection to the process that owns a run: the host asks so for a command line, and the other way round. */
import { connect, type Socket } from 'node:net';
import {
  createMessageConnection,
  ParameterStructures,
  SocketMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { errorText } from '../../base/errorText.ts';
import {
  hostMethods,
  hostNotifications,
  type HostMethod,
  type HostNotification,
  type HostNotificationParams,
  type HostParams,
  type HostResult,
} from '../../protocol/host/hostRpc.ts';
import { PRODUCT_VERSION, PROTOCOL_VERSION } from '../../protocol/host/version.ts';
import type { RunOwner } from '../runs/runOwner.ts';
import { DrainedReader } from '../../hostClient/drainedReader.ts';
import { FrameMeter } from '../../hostClient/frameMeter.ts';
import { MAX_FRAME_BYTES, OWNER_ANSWER_MS } from '../../hostClient/rpcLimits.ts';

/** Thrown when the process that owns a run lives and cannot be asked. */
export class OwnerUnreachableError extends Error {
  override readonly name = 'OwnerUnreachableError';
  readonly code = 'host_died';
}

export class OwnerConnection {
  readonly #rpc: MessageConnection;
  readonly #socket: Socket;
  readonly #pid: number;
  #onClosed: () => void = () => undefined;
  #isClosed = false;

  private constructor(socket: Socket, pid: number) {
    this.#socket = socket;
    this.#pid = pid;
    const meter = new FrameMeter(MAX_FRAME_BYTES);
    socket.on('data', (chunk: Buffer) => {
      if (!meter.accepts(chunk)) this.#close();
    });
    const reader = new DrainedReader(socket);
    const writer = new SocketMessageWriter(socket);
    this.#rpc = createMessageConnection(reader, writer, undefined, { messageStrategy: reader });
    // What the owner said before it ended still counts.
    this.#rpc.onClose(() => reader.onceDrained(() => this.#close()));
    this.#rpc.onError(() => this.#close());
    this.#rpc.listen();
  }

  /** Connects and says hello; rejects with a sentence about that process. */
  static async open(owner: RunOwner): Promise<OwnerConnection> {
    const { socket, token, pid } = owner;
    if (socket === null || token === null) throw unreachable(pid, 'it accepts no commands.');
    const connection = new OwnerConnection(await openSocket(socket, pid), pid);
    try {
      const extensionVersion = PRODUCT_VERSION;
      await connection.request('hello', {
        token,
        protocolVersion: PROTOCOL_VERSION,
        extensionVersion,
      });
      return connection;
    } catch (error) {
      connection.dispose();
      throw error;
    }
  }

  /** Rejects with the owner's own words, or when it ends or stays silent. */
  async request<M extends HostMethod>(method: M, params: HostParams<M>): Promise<HostResult<M>> {
    const answer = await this.#answerTo(method, params);
    // The table pairs each name with its schema; an index type cannot express that pairing.
    return hostMethods[method].result.parse(answer) as HostResult<M>;
  }

  /** Hands on what has the right shape. */
  onNotification<N extends HostNotification>(
    name: N,
    listener: (params: HostNotificationParams<N>) => void,
  ): void {
    this.#rpc.onNotification(name, (params: unknown) => {
      const parsed = hostNotifications[name].safeParse(params);
      // As above: the schema under this name yields exactly this type.
      if (parsed.success) listener(parsed.data as HostNotificationParams<N>);
    });
  }

  /** Calls back once when the other side ends; not after dispose. */
  onClosed(listener: () => void): void {
    this.#onClosed = listener;
  }

  dispose(): void {
    this.#onClosed = () => undefined;
    this.#close();
  }

  #answerTo(method: HostMethod, params: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) {
        reject(unreachable(this.#pid, 'it has ended.'));
        return;
      }
      const timer = setTimeout(() => this.#close(), OWNER_ANSWER_MS);
      this.#rpc
        .sendRequest(method, ParameterStructures.byName, params)
        .finally(() => clearTimeout(timer))
        .then(resolve, (error: unknown) => {
          // Closing rejects whatever waits, in words of the library.
          reject(
            this.#isClosed
              ? unreachable(this.#pid, 'it ended, or did not answer.')
              : new Error(errorText(error), { cause: error }),
          );
        });
    });
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#rpc.dispose();
    this.#socket.destroy();
    this.#onClosed();
  }
}

function openSocket(address: string, pid: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(address);
    const fail = (reason: string): void => {
      socket.destroy();
      reject(unreachable(pid, reason));
    };
    socket.setTimeout(OWNER_ANSWER_MS, () => fail('it does not answer.'));
    socket.once('error', (error) => fail(`${error.message}.`));
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}

function unreachable(pid: number, reason: string): OwnerUnreachableError {
  return new OwnerUnreachableError(
    `Process ${pid} owns the run and cannot be reached: ${reason} Try again, or end that process and resume the run.`,
  );
}
