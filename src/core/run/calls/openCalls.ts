import type { AsyncCall, HostToScript } from '../../../protocol/threads/scriptMessages.ts';

/** What the script waits for. It stands still when it has had every answer that was sent. */
export class OpenCalls {
  readonly #open = new Map<number, AsyncCall['method']>();
  #sent = 0;
  #seen = -1;

  /** Counts a call; what it returns is to be sent through. */
  begin(
    callId: number,
    method: AsyncCall['method'],
    send: (answer: HostToScript) => void,
  ): (answer: HostToScript) => void {
    this.#open.set(callId, method);
    return (answer) => {
      this.#open.delete(callId);
      this.#sent += 1;
      send(answer);
    };
  }

  /** A timer was cleared: nothing will answer it. */
  drop(callId: number): void {
    this.#open.delete(callId);
  }

  /** The script stands still after so many answers. */
  noteWaiting(answers: number): void {
    this.#seen = answers;
  }

  /** Whether nothing but people can make the script go on. */
  get onlyGates(): boolean {
    if (this.#seen !== this.#sent || this.#open.size === 0) return false;
    for (const method of this.#open.values()) if (method !== 'gate') return false;
    return true;
  }
}
