import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { errorText } from '../../../../base/errorText.ts';
import type { Log } from '../../../../core/ports/log.ts';
import { bringFile } from './bringFile.ts';
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
    await bring(inclusion, file);
  }
}

/** Null for what is no plain file: a link could lead anywhere. */
async function sizeOf(file: string): Promise<number | null> {
  const stats = await lstat(file).catch(() => null);
  return stats?.isFile() === true ? stats.size : null;
}

/** One file of the user's that cannot be read keeps no command from running. */
async function bring(
  { workspaceRoot, slotDirectory, log }: Inclusion,
  file: string,
): Promise<void> {
  const source = path.join(workspaceRoot, file);
  await bringFile({ source, slotDirectory, file }).catch((error: unknown) => {
    log.warn('trees', 'an included file is left out', { file, reason: errorText(error) });
  });
}
