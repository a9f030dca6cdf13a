/** Something that was opened and must be closed. */
export interface Disposable {
  dispose(): unknown;
}

/** Closes what was registered, newest first, once. */
export class Disposables implements Disposable {
  readonly #items: Disposable[] = [];
  #disposed = false;

  /** Registers and returns the item, so that opening and registering stand on one line. */
  register<T extends Disposable>(item: T): T {
    if (this.#disposed) item.dispose();
    else this.#items.push(item);
    return item;
  }

  /** Registers a plain function. */
  onDispose(close: () => unknown): void {
    this.register({ dispose: close });
  }

  /** Waits for every item, also when one of them fails; the first failure is thrown at the end. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    const failures: unknown[] = [];
    for (const item of this.#items.splice(0).reverse()) {
      try {
        await item.dispose();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
