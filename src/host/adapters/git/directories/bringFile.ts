import { constants } from 'node:fs';
import { copyFile, lstat, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../../../../base/errorText.ts';

/** A file that is brought to a place in a materialised tree. */
export interface BroughtFile {
  /** Absolute. */
  readonly source: string;
  readonly slotDirectory: string;
  /** Path in the tree. */
  readonly file: string;
}

/** Copies it, unless something stands there already, the source is gone, or the place leads out of the tree. */
export async function bringFile({ source, slotDirectory, file }: BroughtFile): Promise<void> {
  if (!(await makeFolders(slotDirectory, path.dirname(file)))) return;
  const target = path.join(slotDirectory, file);
  try {
    await copyFile(source, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  } catch (error) {
    if (!['EEXIST', 'ENOENT'].includes(errorCode(error) ?? '')) throw error;
  }
}

/**
 * One by one, because a tree may have a link or a file in the place of a folder: then it resolves with false, and
 * nothing was made behind it.
 */
async function makeFolders(root: string, folder: string): Promise<boolean> {
  let place = root;
  for (const name of folder.split(/[\\/]/u).filter((part) => part !== '.')) {
    place = path.join(place, name);
    await mkdir(place).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
    if (!(await lstat(place)).isDirectory()) return false;
  }
  return true;
}
