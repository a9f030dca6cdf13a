import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

type Step = 'renameSync' | 'linkSync';

/**
 * Does something right before the system call that puts a file into its place: the moment between the
 * last look and the change, which no other way can hit for certain.
 */
export async function atTheLastMoment<T>(
  step: Step,
  save: () => void,
  task: () => Promise<T>,
): Promise<T> {
  const real = fs[step];
  let isDone = false;
  fs[step] = (from: fs.PathLike, to: fs.PathLike): void => {
    if (!isDone) {
      isDone = true;
      save();
    }
    real(from, to);
  };
  syncBuiltinESMExports();
  try {
    return await task();
  } finally {
    fs[step] = real;
    syncBuiltinESMExports();
  }
}
