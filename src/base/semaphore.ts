/**
 * A number of places whose size can change while they are taken. Waiters are served in order. Making it
 * smaller takes nothing away from holders; it only lets fewer in.
 */
export class Semaphore {
  #limit: number;
  #held = 0;
  readonly #waiting = new Set<() => void>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get held(): number {
    return this.#held;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Resolves with the function that gives the place back (once); rejects with the signal's reason. */
  async acquire(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#held >= this.#limit || this.#waiting.size > 0) await this.#wait(signal);
    else this.#held += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#held -= 1;
      this.#admit();
    };
  }

  /** Changes the number of places; 0 lets nobody in. */
  resize(limit: number): void {
    this.#limit = limit;
    this.#admit();
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.delete(enter);
        // The reason is whatever the owner of the signal gave, usually an Error.
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.add(enter);
    });
  }

  #admit(): void {
    for (const enter of this.#waiting) {
      if (this.#held >= this.#limit) return;
      this.#waiting.delete(enter);
      this.#held += 1;
      enter();
    }
  }
}
