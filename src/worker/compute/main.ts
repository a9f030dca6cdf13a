/** Entry of the compute worker thread. Piscina calls the default export once for each task. */
import { assertNever } from '../../base/assertNever.ts';
import type { ComputeAnswer, ComputeTask } from '../../protocol/computeMessages.ts';
import { matchGlobs } from './matchGlobs.ts';
import { searchFiles } from './searchFiles.ts';
import { validateValue } from './validateValue.ts';

export default function compute(task: ComputeTask): ComputeAnswer {
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
