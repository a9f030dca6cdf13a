/** Entry of the compute worker thread. Piscina calls the default export once for each task. */
import { performance } from 'node:perf_hooks';
import { assertNever } from '../../base/assertNever.ts';
import type { ComputeAnswer, ComputeTask } from '../../protocol/threads/computeMessages.ts';
import { matchGlobs } from './matchGlobs.ts';
import { searchFiles } from './searchFiles.ts';
import { validateValue } from './validateValue.ts';

/** `started[0]` tells the host when the work began, on the clock that both share; until then it is 0. */
export interface ComputeJob {
  readonly task: ComputeTask;
  readonly started: Float64Array;
}

export default function runJob(job: ComputeJob): ComputeAnswer {
  job.started[0] = performance.timeOrigin + performance.now();
  return compute(job.task);
}

function compute(task: ComputeTask): ComputeAnswer {
  switch (task.type) {
    case 'validate':
      return validateValue(task);
    case 'search':
      return searchFiles(task);
    case 'glob':
      return matchGlobs(task);
    default:
      return assertNever(task);
  }
}
