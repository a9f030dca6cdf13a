import { isStopReason } from './runErrors.ts';

/** Owns promises that nobody awaits at once. The first failure is kept for whoever waits for all of them. */
export class TaskTracker {
  readonly #running = new Set<Promise<void>>();
  readonly #onFailure: (error: unknown) => void;
  #failure: { readonly error: unknown } | null = null;

  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  track(task: Promise<void>): void {
    const owned = task
      .catch((error: unknown) => {
        // Being stopped from outside is no failure, wherever it struck.
        if (isStopReason(error) || this.#failure !== null) return;
        this.#failure = { error };
        this.#onFailure(error);
      })
      .finally(() => {
        this.#running.delete(owned);
      });
    this.#running.add(owned);
  }

  /** Resolves when nothing runs any more; rejects with the first failure. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    if (this.#failure !== null) throw this.#failure.error;
  }
}
