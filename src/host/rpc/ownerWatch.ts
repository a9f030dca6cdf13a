/** Watches a process that owns a run and cannot be heard any more, until it is gone. */

/** First look after the connection is lost: a process that was killed closes its socket before it is gone. */
const FIRST_LOOK_MS = 20;

/** Between two looks at a process that goes on without answering. */
const LOOK_MS = 1000;

export interface OwnerWatchOptions {
  readonly isOwned: () => Promise<boolean>;
  /** Called once when nobody owns the run any more, or when that can't be found out. */
  readonly onGone: () => void;
  /** Called once when the owner still lives after a few looks, so that it can be asked anew. */
  readonly onAlive: () => void;
}

export class OwnerWatch {
  readonly #options: OwnerWatchOptions;
  #timer: NodeJS.Timeout | null = null;
  #delayMs = FIRST_LOOK_MS;
  #isDisposed = false;

  constructor(options: OwnerWatchOptions) {
    this.#options = options;
    this.#schedule();
  }

  dispose(): void {
    this.#isDisposed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #schedule(): void {
    this.#timer = setTimeout(() => void this.#look(), this.#delayMs);
    // A watch is no reason for a process to live on.
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const isOwned = await this.#options.isOwned().catch(() => false);
    if (this.#isDisposed) return;
    if (!isOwned) {
      this.#options.onGone();
      return;
    }
    const wasShort = this.#delayMs < LOOK_MS;
    this.#delayMs = Math.min(2 * this.#delayMs, LOOK_MS);
    this.#schedule();
    if (wasShort && this.#delayMs === LOOK_MS) this.#options.onAlive();
  }
}
