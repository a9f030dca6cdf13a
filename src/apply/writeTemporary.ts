import type { BigIntStats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { errorCode } from '../base/errorText.ts';
import type { FileRights } from '../protocol/proposals.ts';

/** Rights as the system has them; special bits are left out. */
export function rightsOf(stats: BigIntStats): FileRights {
  return {
    permissions: Number(stats.mode) & 0o777,
    owner: { uid: Number(stats.uid), gid: Number(stats.gid) },
  };
}

/** Writes a file that nobody knows yet and makes it durable. Says what of the rights could not be had. */
export async function writeTemporary(
  file: string,
  bytes: Uint8Array,
  rights: FileRights,
): Promise<string | null> {
  // Nobody else may read a private file's new text before it has its rights.
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    const note = await giveOwner(handle, rights);
    // After the owner: giving a file away may clear bits.
    await handle.chmod(rights.permissions);
    await handle.datasync();
    return note;
  } finally {
    await handle.close();
  }
}

/** The same for a file that is new: it gets what the user's mask and its folder give. */
export async function writeNewTemporary(
  file: string,
  bytes: Uint8Array,
  { isExecutable }: { readonly isExecutable: boolean },
): Promise<void> {
  const handle = await open(file, 'wx', isExecutable ? 0o777 : 0o666);
  try {
    await handle.writeFile(bytes);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

async function giveOwner(handle: FileHandle, { owner }: FileRights): Promise<string | null> {
  if (owner === null || process.platform === 'win32') return null;
  const { uid, gid } = owner;
  const own = await handle.stat();
  if (own.uid === uid && own.gid === gid) return null;
  if (await mayChown(handle, uid, gid)) return null;
  // A member of the group may keep the group even where only root may keep the owner.
  const hasGroup = await mayChown(handle, own.uid, gid);
  const lost = hasGroup || own.gid === gid ? `owner (user ${uid})` : `owner (${uid}:${gid})`;
  return `Only root can keep its ${lost}; it is yours now.`;
}

async function mayChown(handle: FileHandle, uid: number, gid: number): Promise<boolean> {
  try {
    await handle.chown(uid, gid);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EPERM') return false;
    throw error;
  }
}
