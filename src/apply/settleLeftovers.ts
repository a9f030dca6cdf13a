import { lstat, rename, rm } from 'node:fs/promises';
import { errorCode } from '../base/errorText.ts';
import { exists } from '../node/exists.ts';
import { linkBack } from './createFile.ts';
import { moveBeside } from './keepBeside.ts';
import { sha256IfThere } from './sha256IfThere.ts';
import { removeMadeFolders } from './removeEmptyFolders.ts';
import { resolveTarget } from './resolveTarget.ts';
import { temporaryFilesFor } from './temporaryFiles.ts';

/** A write that was planned and whose outcome nobody reported. */
export interface OpenWrite {
  readonly path: string;
  readonly beforeSha256: string | null;
  readonly afterSha256: string | null;
  /** Folders above the file that this write was to make. */
  readonly madeFolders: readonly string[];
  /** Folders above the file that go with it when they are empty. */
  readonly emptyFolders: readonly string[];
}

/**
 * Clears away what a killed process left beside the target of a write. What was there before is in the
 * run's blobs; a save of the user's that fell into that very moment is put back or kept.
 */
export async function settleLeftovers(
  folder: string,
  decisionId: string,
  write: OpenWrite,
): Promise<void> {
  const target = await resolveTarget(folder, write.path);
  if (target.type === 'refused') return;
  const { realFile } = target;
  const { newFile, oldFile } = temporaryFilesFor({ decisionId, path: write.path, realFile });
  await removeIfThere(newFile);
  const oldSha256 = await sha256IfThere(oldFile);
  if (oldSha256 !== null) await settleOld({ write, realFile, oldFile, oldSha256 });
  // What a delete took out of its place was no file at all.
  else if (await exists(oldFile)) await moveBeside(realFile, oldFile);
  if ((await sha256IfThere(realFile)) !== null) return;
  await removeMadeFolders(folder, [...write.madeFolders, ...write.emptyFolders]);
}

async function settleOld(found: {
  readonly write: OpenWrite;
  readonly realFile: string;
  readonly oldFile: string;
  readonly oldSha256: string;
}): Promise<void> {
  const { write, realFile, oldFile, oldSha256 } = found;
  if (oldSha256 === write.beforeSha256 || (await isSameFile(oldFile, realFile))) {
    await rm(oldFile);
    return;
  }
  // Not what the plan was made on: somebody saved into it while it was being replaced.
  const now = await sha256IfThere(realFile);
  if (now === write.afterSha256 && now !== null) await rename(oldFile, realFile);
  else if (now === null && (await linkBack(oldFile, realFile))) await rm(oldFile);
  else await moveBeside(realFile, oldFile);
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([inodeOf(a), inodeOf(b)]);
  return first !== null && first === second;
}

async function inodeOf(file: string): Promise<string | null> {
  try {
    const { dev, ino } = await lstat(file, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function removeIfThere(file: string): Promise<void> {
  try {
    await rm(file, { force: true });
  } catch (error) {
    // Its folder became a file, or cannot be entered any more: there is nothing of ours in reach.
    if (!['ENOTDIR', 'EACCES', 'EPERM', 'EROFS'].includes(errorCode(error) ?? '')) throw error;
  }
}
