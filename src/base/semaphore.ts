/**
 * A number of places whose size can change while they are taken. Waiters are served in order. Making it
 * smaller takes nothing away from holders; it only lets fewer in.
 */
export class Semaphore {
  #limit: number;
  #held = 0;
  readonly #waiting = new Set<() => void>();
  /** Those who had a place before and go on where they left off. */
  readonly #returning = new Set<() => void>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get held(): number {
    return this.#held;
  }

  get waiting(): number {
    return this.#waiting.size + this.#returning.size;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Resolves with the function that gives the place back (once); rejects with the signal's reason. */
  acquire(signal: AbortSignal): Promise<() => void> {
    return this.#acquire(this.#waiting, signal);
  }

  /** The same for one who had given its place away for a while: it comes before all who have not had one. */
  acquireAgain(signal: AbortSignal): Promise<() => void> {
    return this.#acquire(this.#returning, signal);
  }

  /** Changes the number of places; 0 lets nobody in. */
  resize(limit: number): void {
    this.#limit = limit;
    this.#admit();
  }

  async #acquire(queue: Set<() => void>, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#held >= this.#limit || this.waiting > 0) await this.#wait(queue, signal);
    else this.#held += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#held -= 1;
      this.#admit();
    };
  }

  #wait(queue: Set<() => void>, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        queue.delete(enter);
        // The reason is whatever the owner of the signal gave, usually an Error.
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
      queue.add(enter);
    });
  }

  #admit(): void {
    for (const queue of [this.#returning, this.#waiting]) {
      for (const enter of queue) {
        if (this.#held >= this.#limit) return;
        queue.delete(enter);
        this.#held += 1;
        enter();
      }
    }
  }
}
