import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  createMessageConnection,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';

/** A client that says whatever it likes. */
export class RawClient {
  readonly closed: Promise<unknown>;
  readonly #socket: Socket;
  readonly #rpc: MessageConnection;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.closed = once(socket, 'close', { signal: AbortSignal.timeout(5000) });
    this.closed.catch(() => undefined);
    this.#rpc = createMessageConnection(
      new SocketMessageReader(socket),
      new SocketMessageWriter(socket),
    );
    this.#rpc.listen();
  }

  static async open(address: string): Promise<RawClient> {
    const socket = connect(address);
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  /** The error that the host answers with. */
  async refusalOf(method: string, params: unknown): Promise<ResponseError> {
    try {
      const answer: unknown = await this.#rpc.sendRequest(method, params);
      throw new Error(`${method} was answered: ${JSON.stringify(answer)}`);
    } catch (error) {
      if (error instanceof ResponseError) return error;
      throw error;
    }
  }

  request(method: string, params: unknown): Promise<unknown> {
    return this.#rpc.sendRequest(method, params);
  }

  /** Sends bytes as they are. */
  write(text: string): void {
    this.#socket.write(text);
  }

  dispose(): void {
    this.#rpc.dispose();
    this.#socket.destroy();
  }
}
