/** Tells when every message that arrived on a socket has been handled; the library only tells of its end. */
import type { Socket } from 'node:net';
import {
  SocketMessageReader,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageStrategy,
} from 'vscode-jsonrpc/node';

/**
 * The library hands on one message per turn of the event loop and forgets those that wait when the
 * connection is disposed: the last words of a process that ends would be lost on a busy machine.
 */
export class DrainedReader extends SocketMessageReader implements MessageStrategy {
  #waiting = 0;
  #onDrained: (() => void)[] = [];

  constructor(socket: Socket) {
    super(socket);
    // Its timer for half a message would outlive the connection, and keep a process from ending.
    this.partialMessageTimeout = 0;
  }

  override listen(callback: DataCallback): Disposable {
    return super.listen((message) => {
      this.#waiting += 1;
      callback(message);
    });
  }

  handleMessage(message: Message, next: (message: Message) => void): void {
    try {
      next(message);
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) for (const callback of this.#onDrained.splice(0)) callback();
    }
  }

  /** Calls back when nothing waits any more, at once where nothing does. */
  onceDrained(callback: () => void): void {
    if (this.#waiting === 0) callback();
    else this.#onDrained.push(callback);
  }
}
