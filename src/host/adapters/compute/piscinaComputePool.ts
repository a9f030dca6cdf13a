import { join } from 'node:path';
import { Piscina } from 'piscina';
import type { Disposable } from '../../../base/disposables.ts';
import { Semaphore } from '../../../base/semaphore.ts';
import { COMPUTE_TIMEOUT_MS, MAX_COMPUTE_THREADS } from '../../../core/limits.ts';
import type { ComputePool } from '../../../core/ports/computePool.ts';
import { ComputeAnswer, type ComputeTask } from '../../../protocol/computeMessages.ts';

/** Thrown when a pattern took too long. */
export class ComputeTimeoutError extends Error {
  override readonly name = 'ComputeTimeoutError';
  readonly code = 'limit_reached';
}

/** Starts the pool; a task that takes longer than its limit is ended together with its thread. */
export function createPiscinaComputePool(distDirectory: string): ComputePool & Disposable {
  const pool = new Piscina({
    filename: join(distDirectory, 'compute-worker.cjs'),
    minThreads: 1,
    maxThreads: MAX_COMPUTE_THREADS,
    concurrentTasksPerWorker: 1,
    atomics: 'disabled',
    resourceLimits: { maxOldGenerationSizeMb: 512 },
    env: {},
    execArgv: [],
  });
  // Piscina's queue is never used; see PiscinaScriptRunner.
  const slots = new Semaphore(MAX_COMPUTE_THREADS);
  return {
    run: async (task, signal) => {
      const release = await slots.acquire(signal);
      try {
        return await runTask(pool, task, signal);
      } finally {
        release();
      }
    },
    dispose: () => pool.destroy(),
  };
}

async function runTask(
  pool: Piscina,
  task: ComputeTask,
  signal: AbortSignal,
): Promise<ComputeAnswer> {
  const timeout = AbortSignal.timeout(COMPUTE_TIMEOUT_MS);
  try {
    const answer: unknown = await pool.run(task, { signal: AbortSignal.any([signal, timeout]) });
    return ComputeAnswer.parse(answer);
  } catch (error) {
    signal.throwIfAborted();
    if (!timeout.aborted) throw error;
    const seconds = COMPUTE_TIMEOUT_MS / 1000;
    throw new ComputeTimeoutError(`The pattern took longer than ${seconds} s and was stopped.`);
  }
}
