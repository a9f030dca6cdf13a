import { errorCode, errorText } from '../../base/errorText.ts';
import type { ComputeAnswer, ComputeTask } from '../../protocol/threads/computeMessages.ts';
import type { ComputePool } from '../ports/computePool.ts';

/** Runs a task on a pattern of a model's or a script's; one that took too long is refused like one that is wrong. */
export async function computeUntrusted(
  compute: ComputePool,
  task: ComputeTask,
  signal: AbortSignal,
): Promise<ComputeAnswer> {
  try {
    return await compute.run(task, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (errorCode(error) !== 'limit_reached') throw error;
    return { type: 'refused', message: errorText(error) };
  }
}
