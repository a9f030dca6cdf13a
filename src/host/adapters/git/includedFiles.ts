import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Log } from '../../../core/ports/log.ts';
import { filesMatching, type IgnoredPlace } from './ignoredPaths.ts';

/** Name of the file, in the format of .gitignore, that says which ignored files commands need. */
export const INCLUDE_FILE = '.worktreeinclude';

/** What is brought into a tree at most: test data and settings, not a disk image or a build. */
const MAX_INCLUDED_FILES = 5000;
const MAX_INCLUDED_BYTES = 256 * 1024 * 1024;

export interface Inclusion extends IgnoredPlace {
  /** Text of the run's own include file; '' when there is none. */
  readonly patterns: string;
  readonly slotDirectory: string;
  readonly scratchDirectory: string;
  /** Paths that no command may have, whatever the include file says. */
  readonly isHidden: (path: string) => boolean;
  readonly log: Log;
}

/** Copies the ignored files that the project wants to have beside its tree; protected ones never. */
export async function bringIncluded(inclusion: Inclusion): Promise<void> {
  const { patterns, isHidden, log } = inclusion;
  if (patterns.trim() === '') return;
  const files = (await filesMatching(inclusion, patterns)).filter((file) => !isHidden(file));
  let bytesLeft = MAX_INCLUDED_BYTES;
  for (const [index, file] of files.entries()) {
    const size = await sizeOf(path.join(inclusion.workspaceRoot, file));
    if (size === null) continue;
    bytesLeft -= size;
    if (index >= MAX_INCLUDED_FILES || bytesLeft < 0) {
      log.warn('trees', `${INCLUDE_FILE} names too much; the rest is left out`, { first: file });
      return;
    }
    await copyInto(inclusion, file);
  }
}

/** Null for what is no plain file: a link could lead anywhere. */
async function sizeOf(file: string): Promise<number | null> {
  const stats = await lstat(file).catch(() => null);
  return stats?.isFile() === true ? stats.size : null;
}

async function copyInto({ workspaceRoot, slotDirectory }: Inclusion, file: string): Promise<void> {
  const target = path.join(slotDirectory, file);
  const folder = path.dirname(target);
  await mkdir(folder, { recursive: true });
  const root = await realpath(slotDirectory);
  // A folder of the tree may be a link to a place outside of it.
  if ((await realpath(folder)) !== path.join(root, path.relative(slotDirectory, folder))) return;
  const source = path.join(workspaceRoot, file);
  await copyFile(source, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL).catch(
    // In the tree, or gone since it was listed.
    () => undefined,
  );
}
