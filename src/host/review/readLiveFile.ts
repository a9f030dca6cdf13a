import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { describeFileError, describeThing } from '../../apply/describeFileError.ts';
import { readWhole } from '../../apply/heldFile.ts';
import { rightsOf } from '../../apply/writeTemporary.ts';
import { errorCode } from '../../base/errorText.ts';
import type { LiveFile } from '../../core/changes/review/liveFile.ts';
import { EXECUTABLE_MODE, PLAIN_FILE_MODE } from '../../core/changes/text/fileContent.ts';
import { isExecutableMode } from '../../apply/permissions.ts';
import { openRegularFile } from '../../node/regularFile.ts';
import type { OpenBuffer } from '../../protocol/proposals.ts';

/** A workspace file as it is now: an open editor's text where there is one, else the disk. Never rejects for what stands there. */
export async function readLiveFile(
  workspace: string,
  name: string,
  openBuffers: readonly OpenBuffer[],
): Promise<LiveFile> {
  const onDisk = await readFromDisk(workspace, name);
  const buffer = openBuffers.find((candidate) => candidate.path === name);
  if (buffer === undefined || onDisk.type === 'unreadable') return onDisk;
  const bytes = new Uint8Array(Buffer.from(buffer.bytesBase64, 'base64'));
  if (onDisk.type === 'file') return { ...onDisk, content: { ...onDisk.content, bytes } };
  return { type: 'file', content: { bytes, mode: PLAIN_FILE_MODE }, rights: null };
}

async function readFromDisk(workspace: string, name: string): Promise<LiveFile> {
  try {
    return await readFile(workspace, name);
  } catch (error) {
    return { type: 'unreadable', reason: describeFileError(error) };
  }
}

async function readFile(workspace: string, name: string): Promise<LiveFile> {
  const file = path.join(workspace, ...name.split('/'));
  const opened = await openRegularFile(file);
  if (opened.type === 'other') return { type: 'unreadable', reason: describeThing(opened.thing) };
  if (opened.type === 'missing')
    return { type: 'missing', missingFolders: await missingFolders(workspace, name) };
  const { handle, stats } = opened;
  try {
    if (!(await isInside(workspace, path.dirname(file)))) {
      return { type: 'unreadable', reason: 'The path leads out of the workspace through a link.' };
    }
    const mode = isExecutableMode(Number(stats.mode)) ? EXECUTABLE_MODE : PLAIN_FILE_MODE;
    const bytes = new Uint8Array(await readWhole(handle));
    return { type: 'file', content: { bytes, mode }, rights: rightsOf(stats) };
  } finally {
    await handle.close();
  }
}

async function isInside(workspace: string, folder: string): Promise<boolean> {
  const [root, real] = await Promise.all([realpath(workspace), realpath(folder)]);
  return real === root || real.startsWith(root + path.sep);
}

/** Outermost first, relative to the workspace. */
async function missingFolders(workspace: string, name: string): Promise<readonly string[]> {
  const missing: string[] = [];
  const parts = name.split('/').slice(0, -1);
  for (; parts.length > 0; parts.pop()) {
    const folder = parts.join('/');
    if (await exists(path.join(workspace, folder))) break;
    missing.unshift(folder);
  }
  return missing;
}

async function exists(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
