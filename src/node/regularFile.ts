import { constants, type BigIntStats, type Stats } from 'node:fs';
import { lstat, open, type FileHandle } from 'node:fs/promises';
import { errorCode } from '../base/errorText.ts';

/** What stands at a path where a file was looked for. */
export type OtherThing = 'folder' | 'link' | 'pipe' | 'socket' | 'device';

/** A regular file that is open for reading, or why there is none. */
export type OpenedFile =
  | { readonly type: 'file'; readonly handle: FileHandle; readonly stats: BigIntStats }
  | { readonly type: 'missing' }
  | { readonly type: 'other'; readonly thing: OtherThing };

/**
 * Opens a file for reading after it was seen to be a regular one: opening a pipe would wait for a
 * writer, and opening a device may do something. Links are not followed. The caller closes the handle.
 */
export async function openRegularFile(file: string): Promise<OpenedFile> {
  try {
    const seen = await lstat(file);
    if (!seen.isFile()) return { type: 'other', thing: thingOf(seen) };
    return await openSeen(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { type: 'missing' };
    throw error;
  }
}

/** What is there instead of a regular file. */
function thingOf(stats: Stats | BigIntStats): OtherThing {
  if (stats.isDirectory()) return 'folder';
  if (stats.isSymbolicLink()) return 'link';
  if (stats.isFIFO()) return 'pipe';
  return stats.isSocket() ? 'socket' : 'device';
}

// It may be another thing by now: neither followed nor waited for.
async function openSeen(file: string): Promise<OpenedFile> {
  const handle = await open(file, constants.O_RDONLY | NO_FOLLOW | NO_WAIT);
  const stats = await handle.stat({ bigint: true });
  if (stats.isFile()) return { type: 'file', handle, stats };
  await handle.close();
  return { type: 'other', thing: thingOf(stats) };
}

/** Windows has neither flag, and Node then leaves the name undefined, whatever its types say. */
const NO_FOLLOW: number = 'O_NOFOLLOW' in constants ? constants.O_NOFOLLOW : 0;
const NO_WAIT: number = 'O_NONBLOCK' in constants ? constants.O_NONBLOCK : 0;
