/** Waits for a condition that can only become true when somebody calls `check`. */
export class EventWaiters {
  private readonly waiters = new Set<{
    readonly isMet: () => boolean;
    readonly settle: (error?: Error) => void;
  }>();

  /** Settles when the condition holds; after the deadline fails with what `describe` says. */
  async wait(isMet: () => boolean, deadlineMs: number, describe: () => string): Promise<void> {
    if (isMet()) return;
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => waiter.settle(new Error(describe())), deadlineMs);
    const waiter = {
      isMet,
      settle: (error?: Error) => {
        clearTimeout(timer);
        this.waiters.delete(waiter);
        if (error) reject(error);
        else resolve(undefined);
      },
    };
    this.waiters.add(waiter);
    await promise;
  }

  /** Looks at every condition again. */
  check(): void {
    for (const waiter of this.waiters) {
      if (waiter.isMet()) waiter.settle();
    }
  }

  /** Fails everybody who still waits. */
  failAll(reason: string): void {
    for (const waiter of this.waiters) waiter.settle(new Error(reason));
  }
}
