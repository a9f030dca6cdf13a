import { lstat, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../base/errorText.ts';
import type { FileContent } from '../../core/ports/fileView.ts';
import {
  EXECUTABLE_MODE,
  PLAIN_FILE_MODE,
  SYMLINK_MODE,
} from '../../core/changes/text/fileContent.ts';
import type { OpenBuffer } from '../../protocol/proposals.ts';

const OWNER_EXECUTES = 0o100;

/** A workspace file as it is now: an open editor's text where there is one, else the disk; null when it does not exist. */
export async function readLiveFile(
  workspace: string,
  path: string,
  openBuffers: readonly OpenBuffer[],
): Promise<FileContent | null> {
  const onDisk = await readFromDisk(join(workspace, path));
  const buffer = openBuffers.find((candidate) => candidate.path === path);
  if (buffer === undefined) return onDisk;
  const bytes = new Uint8Array(Buffer.from(buffer.bytesBase64, 'base64'));
  return { bytes, mode: onDisk?.mode ?? PLAIN_FILE_MODE };
}

async function readFromDisk(path: string): Promise<FileContent | null> {
  try {
    const stats = await lstat(path);
    if (stats.isSymbolicLink()) {
      return { bytes: await readlink(path, 'buffer'), mode: SYMLINK_MODE };
    }
    const mode = (stats.mode & OWNER_EXECUTES) === 0 ? PLAIN_FILE_MODE : EXECUTABLE_MODE;
    return { bytes: await readFile(path), mode };
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}
