/** Owns promises that nobody awaits at once. The first failure is kept for whoever waits for all of them. */
export class TaskTracker {
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | null = null;

  track(task: Promise<void>): void {
    const owned = task
      .catch((error: unknown) => {
        this.#failure ??= { error };
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
