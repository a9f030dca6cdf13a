import { lstatSync, type BigIntStats } from 'node:fs';
import { link, rm, type FileHandle } from 'node:fs/promises';
import { errorCode } from '../base/errorText.ts';
import { sha256Hex } from '../node/sha256Hex.ts';
import { openRegularFile, type OtherThing } from '../node/regularFile.ts';

/** A file that stays in reach under whatever name, so that a late look still sees what was in it. */
export interface HeldFile {
  readonly handle: FileHandle;
  /** As it was right before its bytes were read. */
  readonly stats: BigIntStats;
  readonly sha256: string;
  /** A second name of the same file; null where none was asked for, or the file system has no hard links. */
  readonly secondName: string | null;
}

export type HoldResult =
  | { readonly type: 'held'; readonly held: HeldFile }
  | { readonly type: 'missing' }
  | { readonly type: 'other'; readonly thing: OtherThing };

/** Opens a file, gives it the second name, if any, and reads it. Call `letGo` when done. */
export async function holdFile(file: string, secondName: string | null): Promise<HoldResult> {
  const opened = await openRegularFile(file);
  if (opened.type !== 'file') return opened;
  const { handle } = opened;
  try {
    const isLinked = secondName !== null && (await giveName(file, secondName));
    // Read after the second name is there: giving it changes the file's time of change.
    const stats = await handle.stat({ bigint: true });
    const sha256 = await sha256Of(handle);
    return {
      type: 'held',
      held: { handle, stats, sha256, secondName: isLinked ? secondName : null },
    };
  } catch (error) {
    await handle.close();
    if (secondName !== null) await rm(secondName, { force: true });
    throw error;
  }
}

/** Takes the second name away again. */
export async function letGo(held: HeldFile): Promise<void> {
  await held.handle.close();
  if (held.secondName !== null) await rm(held.secondName, { force: true });
}

/** Of the held file's bytes as they are now, wherever its name went. */
export async function sha256Of(handle: FileHandle): Promise<string> {
  return sha256Hex(await readWhole(handle));
}

/** From its start, whatever was read before. */
export async function readWhole(handle: FileHandle): Promise<Buffer> {
  const { size } = await handle.stat();
  const bytes = Buffer.alloc(size);
  let done = 0;
  while (done < size) {
    const { bytesRead } = await handle.read(bytes, done, size - done, done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

/** Whether the name still leads to the held file, untouched since it was read. Does not wait. */
export function isUntouched(file: string, held: HeldFile): boolean {
  const now = lstatSync(file, { bigint: true, throwIfNoEntry: false });
  if (now === undefined) return false;
  const { stats } = held;
  return (
    now.dev === stats.dev &&
    now.ino === stats.ino &&
    now.size === stats.size &&
    now.mtimeNs === stats.mtimeNs &&
    now.ctimeNs === stats.ctimeNs
  );
}

/** False where the file system, or the system's care for other users' files, allows no second name. */
async function giveName(file: string, secondName: string): Promise<boolean> {
  try {
    await link(file, secondName);
    return true;
  } catch (error) {
    if (hasNoHardLinks(error)) return false;
    throw error;
  }
}

/** Whether a failed `link` means that there is no such thing here. */
export function hasNoHardLinks(error: unknown): boolean {
  return ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errorCode(error) ?? '');
}
