import type { ComputeAnswer, ComputeTask } from '../../protocol/threads/computeMessages.ts';

/**
 * Work on untrusted patterns, in a thread that can be killed: a regular expression, glob or schema can keep
 * an engine busy for minutes. Rejects with code `limit_reached` when the time is up.
 */
export interface ComputePool {
  run(task: ComputeTask, signal: AbortSignal): Promise<ComputeAnswer>;
}
