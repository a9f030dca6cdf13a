/** Milliseconds that a task took, and what it gave. */
export async function timed<T>(task: () => T | Promise<T>): Promise<[number, T]> {
  const startedMs = performance.now();
  const value = await task();
  return [performance.now() - startedMs, value];
}

/** The same for a task that ends before it returns. */
export function timedNow<T>(task: () => T): [number, T] {
  const startedMs = performance.now();
  const value = task();
  return [performance.now() - startedMs, value];
}
