/** Runs the given tasks one after the other, in the order of their arrival. */
export class Mutex {
  #tail: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects with the task's own outcome; a failed task does not stop the next one. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(task, task);
    // The next task only waits; this task's failure belongs to whoever called run().
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
