import picomatch from 'picomatch';
import { errorText } from '../../base/errorText.ts';
import type { ComputeAnswer, ComputeTask } from '../../protocol/threads/computeMessages.ts';

/** The paths that match any of the globs, in their order. */
export function matchGlobs(task: Extract<ComputeTask, { type: 'glob' }>): ComputeAnswer {
  try {
    const isMatch = picomatch([...task.globs], { dot: true });
    return { type: 'paths', paths: task.paths.filter((path) => isMatch(path)) };
  } catch (error) {
    return { type: 'refused', message: `The glob cannot be read: ${errorText(error)}` };
  }
}
