/** One client on the socket. Until it has said hello with the right token, nothing else is answered. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import {
  createMessageConnection,
  ErrorCodes,
  Message,
  ParameterStructures,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import * as z from 'zod';
import { createDeferred } from '../../base/deferred.ts';
import { errorCode, errorText } from '../../base/errorText.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { HelloParams, hostMethods, type HostMethod } from '../../protocol/host/hostRpc.ts';
import { PRODUCT_VERSION, PROTOCOL_VERSION } from '../../protocol/host/version.ts';
import { FrameMeter } from '../../hostClient/frameMeter.ts';
import type { ClientHandlers, HostHandlers } from './hostState.ts';
import type { Notify } from './notify.ts';
import {
  HELLO_TIMEOUT_MS,
  MAX_FRAME_BYTES,
  MAX_STRANGER_FRAME_BYTES,
} from '../../hostClient/rpcLimits.ts';

/** JSON-RPC error codes of our own. */
const NOT_AUTHENTICATED = -32_001;
const WRONG_VERSION = -32_002;
const REFUSED = -32_003;

export interface ClientSessionOptions {
  readonly clock: Clock;
  readonly token: string;
  /** Makes what answers a client that has shown the token. */
  readonly createHandlers: (notify: Notify) => ClientHandlers;
  /** Called once when it has. */
  readonly onAuthenticated: () => void;
}

export class ClientSession {
  readonly #connection: MessageConnection;
  readonly #writer: LastWordWriter;
  readonly #socket: Socket;
  readonly #options: ClientSessionOptions;
  readonly #meter = new FrameMeter(MAX_STRANGER_FRAME_BYTES);
  readonly #helloTimer: { dispose(): void };
  #client: ClientHandlers | null = null;

  constructor(socket: Socket, options: ClientSessionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#helloTimer = options.clock.after(HELLO_TIMEOUT_MS, () => this.dispose());
    // Before the reader, which keeps what it gets until a message is whole.
    socket.on('data', (chunk: Buffer) => {
      if (!this.#meter.accepts(chunk)) this.dispose();
    });
    this.#writer = new LastWordWriter(socket);
    const reader = new SocketMessageReader(socket);
    // Its timer for half a message would outlive the connection, and nobody listens to it.
    reader.partialMessageTimeout = 0;
    this.#connection = createMessageConnection(reader, this.#writer);
    this.#connection.onClose(() => this.dispose());
    // The close that follows does what there is to do.
    this.#connection.onError(() => undefined);
    this.#connection.onRequest((method: string, params: unknown) => this.#answer(method, params));
    this.#connection.listen();
  }

  get isAuthenticated(): boolean {
    return this.#client !== null;
  }

  readonly notify: Notify = async (name, params) => {
    if (this.#client === null) return;
    await this.#connection.sendNotification(name, ParameterStructures.byName, params);
  };

  /** Resolves when the client has what it is to see before the process ends. */
  async flush(): Promise<void> {
    await this.#writer.answered();
    await this.#client?.flush();
  }

  dispose(): void {
    this.#helloTimer.dispose();
    this.#client?.dispose();
    this.#client = null;
    this.#connection.dispose();
    this.#socket.destroy();
  }

  async #answer(method: string, params: unknown): Promise<unknown> {
    this.#writer.owesAnswer();
    try {
      if (method === 'hello') return this.#hello(params);
      if (this.#client === null) throw unauthenticated();
      return await this.#dispatch(method, params, this.#client);
    } catch (error) {
      if (this.#client === null) this.#writer.endAfterNext();
      throw toResponseError(error);
    }
  }

  #hello(params: unknown): unknown {
    const hello = HelloParams.parse(params);
    if (!isSameSecret(hello.token, this.#options.token)) throw unauthenticated();
    if (hello.protocolVersion !== PROTOCOL_VERSION) {
      const message = `The host speaks version ${PROTOCOL_VERSION}, the window version ${hello.protocolVersion}.`;
      throw new ResponseError(WRONG_VERSION, message);
    }
    if (this.#client === null) this.#letIn();
    return {
      protocolVersion: PROTOCOL_VERSION,
      hostVersion: PRODUCT_VERSION,
      pid: process.pid,
    };
  }

  #letIn(): void {
    this.#helloTimer.dispose();
    this.#meter.maxFrameBytes = MAX_FRAME_BYTES;
    this.#client = this.#options.createHandlers(this.notify);
    this.#options.onAuthenticated();
  }

  #dispatch(method: string, params: unknown, client: ClientHandlers): Promise<unknown> {
    const handler = isHandled(method) ? handlerOf(client.handlers, method) : undefined;
    if (!isHandled(method) || handler === undefined) {
      throw new ResponseError(ErrorCodes.MethodNotFound, `There is no method ${method}.`);
    }
    return handler(hostMethods[method].params.parse(params));
  }
}

/** Knows which answers have gone out: a line is cut only after them. */
class LastWordWriter extends SocketMessageWriter {
  #isLast = false;
  #owed = 0;
  #answered = createDeferred<undefined>();

  owesAnswer(): void {
    if (this.#owed === 0) this.#answered = createDeferred();
    this.#owed += 1;
  }

  /** Resolves when no request waits for its answer. */
  async answered(): Promise<void> {
    if (this.#owed > 0) await this.#answered.promise;
  }

  endAfterNext(): void {
    this.#isLast = true;
  }

  override async write(message: Message): Promise<void> {
    const isLast = this.#isLast;
    try {
      await super.write(message);
    } finally {
      if (Message.isResponse(message)) this.#paid();
    }
    if (isLast) this.end();
  }

  #paid(): void {
    this.#owed -= 1;
    if (this.#owed === 0) this.#answered.resolve(undefined);
  }
}

function unauthenticated(): ResponseError {
  return new ResponseError(NOT_AUTHENTICATED, 'The first request must be hello with the token.');
}

// The table pairs each name with its schema; an index type cannot express that pairing.
function handlerOf(handlers: Partial<HostHandlers>, method: keyof HostHandlers) {
  return handlers[method] as ((params: unknown) => Promise<unknown>) | undefined;
}

function isHandled(method: string): method is Exclude<HostMethod, 'hello'> {
  return method !== 'hello' && Object.hasOwn(hostMethods, method);
}

function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function toResponseError(error: unknown): ResponseError<{ readonly code: string }> {
  if (error instanceof ResponseError) return error as ResponseError<{ readonly code: string }>;
  const message =
    error instanceof z.ZodError
      ? `The request has the wrong shape: ${z.prettifyError(error)}`
      : errorText(error);
  return new ResponseError(REFUSED, message, { code: errorCode(error) ?? 'internal' });
}
