import { linkSync } from 'node:fs';
import { link, mkdir, open, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../base/errorText.ts';
import { hasNoHardLinks } from './heldFile.ts';
import type { FileWrite } from './fileWrite.ts';
import { removeEmptyFolders } from './removeEmptyFolders.ts';
import { sha256IfThere } from './sha256IfThere.ts';
import { CHANGED_SINCE_REVIEW, refusal, success, type WriteResult } from './writeResult.ts';
import { writeNewTemporary, writeTemporary } from './writeTemporary.ts';

/** Creates a file that must not exist yet, in folders that may not exist either. Overwrites nothing. */
export async function createFile(change: FileWrite, newBytes: Uint8Array): Promise<WriteResult> {
  const folder = path.dirname(change.file);
  const firstMade = await mkdir(folder, { recursive: true });
  let isWritten = false;
  try {
    const result = await createInFolder(change, newBytes);
    isWritten = result.type === 'written';
    return result;
  } finally {
    if (!isWritten && firstMade !== undefined) {
      await removeEmptyFolders(folder, { until: path.dirname(firstMade) });
    }
  }
}

async function createInFolder(change: FileWrite, newBytes: Uint8Array): Promise<WriteResult> {
  const { file, newFile } = change;
  // A link may have come in the place of a folder since the path was looked at.
  const folder = path.dirname(file);
  if ((await realpath(folder)) !== folder) return refusal('A folder of its path became a link.');
  try {
    const note = await writeBeside(change, newBytes);
    const isNew = await publish(change, newBytes);
    if (!isNew) return refusal(CHANGED_SINCE_REVIEW);
    return (await sha256IfThere(file)) === change.newSha256
      ? success(note)
      : refusal('Another program wrote the file at the same moment.');
  } finally {
    await rm(newFile, { force: true });
  }
}

/** A new file gets what the user's mask gives, an undone delete what it had. */
async function writeBeside(
  { newFile, rights, isExecutable }: FileWrite,
  newBytes: Uint8Array,
): Promise<string | null> {
  if (rights !== null) return writeTemporary(newFile, newBytes, rights);
  await writeNewTemporary(newFile, newBytes, { isExecutable: isExecutable.after === true });
  return null;
}

/** A link fails where the name was taken meanwhile; a rename would overwrite. */
async function publish(change: FileWrite, newBytes: Uint8Array): Promise<boolean> {
  try {
    linkSync(change.newFile, change.file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    if (!hasNoHardLinks(error)) throw error;
    return writeExclusively(change, newBytes);
  }
}

/** Where there are no links: the name is taken first, then filled. */
async function writeExclusively(change: FileWrite, newBytes: Uint8Array): Promise<boolean> {
  const handle = await open(change.file, 'wx').catch((error: unknown) => {
    if (errorCode(error) === 'EEXIST') return null;
    throw error;
  });
  if (handle === null) return false;
  try {
    await handle.writeFile(newBytes);
    await handle.datasync();
    return true;
  } catch (error) {
    await rm(change.file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

/** Gives a file its name back unless something else has that name by now. */
export async function linkBack(from: string, file: string): Promise<boolean> {
  try {
    await link(from, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}
