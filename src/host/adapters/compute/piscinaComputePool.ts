import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Piscina } from 'piscina';
import type { Disposable } from '../../../base/disposables.ts';
import { Semaphore } from '../../../base/semaphore.ts';
import { COMPUTE_TIMEOUT_MS, MAX_COMPUTE_THREADS } from '../../../core/limits.ts';
import type { ComputePool } from '../../../core/ports/computePool.ts';
import { ComputeAnswer, type ComputeTask } from '../../../protocol/threads/computeMessages.ts';

/** Thrown when a pattern took too long. */
class ComputeTimeoutError extends Error {
  override readonly name = 'ComputeTimeoutError';
  readonly code = 'limit_reached';
}

/** Opens a pool; a task that takes longer than its limit is ended together with its thread. */
export function createPiscinaComputePool(distDirectory: string): ComputePool & Disposable {
  return new PiscinaComputePool(distDirectory);
}

class PiscinaComputePool implements ComputePool, Disposable {
  readonly #distDirectory: string;
  // Piscina's queue is never used; see PiscinaScriptRunner.
  readonly #slots = new Semaphore(MAX_COMPUTE_THREADS);
  /** Started with the first task: many runs have none, and a thread costs 0.1 s. */
  #pool: Piscina | null = null;
  #disposed = false;

  constructor(distDirectory: string) {
    this.#distDirectory = distDirectory;
  }

  async run(task: ComputeTask, signal: AbortSignal): Promise<ComputeAnswer> {
    const release = await this.#slots.acquire(signal);
    try {
      if (this.#disposed) throw new Error('Cannot compute: the pool is closed.');
      this.#pool ??= startPool(this.#distDirectory);
      return await runTask(this.#pool, task, signal);
    } finally {
      release();
    }
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#pool?.destroy();
  }
}

function startPool(distDirectory: string): Piscina {
  return new Piscina({
    filename: join(distDirectory, 'compute-worker.cjs'),
    minThreads: 1,
    maxThreads: MAX_COMPUTE_THREADS,
    concurrentTasksPerWorker: 1,
    atomics: 'disabled',
    resourceLimits: { maxOldGenerationSizeMb: 512 },
    env: {},
    execArgv: [],
  });
}

async function runTask(
  pool: Piscina,
  task: ComputeTask,
  signal: AbortSignal,
): Promise<ComputeAnswer> {
  const started = new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
  const watch = new ComputeWatch(started);
  try {
    const stop = AbortSignal.any([signal, watch.signal]);
    const answer: unknown = await pool.run({ task, started }, { signal: stop });
    return ComputeAnswer.parse(answer);
  } catch (error) {
    signal.throwIfAborted();
    if (!watch.signal.aborted) throw error;
    const seconds = COMPUTE_TIMEOUT_MS / 1000;
    throw new ComputeTimeoutError(`The pattern took longer than ${seconds} s and was stopped.`);
  } finally {
    watch.dispose();
  }
}

/** Stops a task by the time it has worked, not by the time it waited for a thread or for a busy machine. */
class ComputeWatch {
  readonly #started: Float64Array;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout;

  constructor(started: Float64Array) {
    this.#started = started;
    this.#timer = setTimeout(() => this.#look(), COMPUTE_TIMEOUT_MS);
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    const startedMs = this.#started[0] ?? 0;
    const workedMs = startedMs === 0 ? 0 : performance.timeOrigin + performance.now() - startedMs;
    const leftMs = COMPUTE_TIMEOUT_MS - workedMs;
    // When this thread was the busy one, the answer waits in its queue: it goes first.
    if (leftMs <= 0) this.#timer = setTimeout(() => this.#stop.abort(), ANSWER_GRACE_MS);
    else this.#timer = setTimeout(() => this.#look(), leftMs);
  }
}

/** Long enough for a queued answer to be read, short beside the limit itself. */
const ANSWER_GRACE_MS = 50;
