import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, link, lstat, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../base/errorText.ts';

/** A file as it must be before and shall be after; null stands for "does not exist". */
export interface FileChange {
  readonly file: string;
  readonly expectedSha256: string | null;
  readonly newBytes: Uint8Array | null;
  /** For a file that does not exist yet; an existing one keeps its own. */
  readonly mode: number;
}

/** The sentence for a file that is no longer what the decision was made on. */
export function changedSinceReview(): string {
  return 'The file changed since it was reviewed. Look at it again.';
}

/**
 * Writes exact bytes beside the file and renames them into place, so that no crash leaves half a
 * file. Answers with the reason when it did not write, null when the new bytes were read back.
 */
export async function replaceFile(change: FileChange): Promise<string | null> {
  const present = await readPresent(change.file);
  if (present.type === 'unfit') return present.reason;
  if (sha256OrNull(present.bytes) !== change.expectedSha256) return changedSinceReview();
  if (change.newBytes === null) return deleteFile(change.file, present.bytes);
  return writeBeside(change, change.newBytes, present);
}

/** SHA-256 in hex; null for a file that does not exist. */
export function sha256OrNull(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : createHash('sha256').update(bytes).digest('hex');
}

type Present =
  | {
      readonly type: 'present';
      readonly bytes: Uint8Array | null;
      readonly owner: { readonly mode: number; readonly uid: number; readonly gid: number } | null;
    }
  | { readonly type: 'unfit'; readonly reason: string };

type PresentFile = Extract<Present, { type: 'present' }>;

async function readPresent(file: string): Promise<Present> {
  try {
    const stats = await lstat(file);
    if (!stats.isFile()) return { type: 'unfit', reason: 'This is not a plain file.' };
    if ((stats.mode & 0o222) === 0) return { type: 'unfit', reason: 'The file is read-only.' };
    return { type: 'present', bytes: await readFile(file), owner: stats };
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return { type: 'present', bytes: null, owner: null };
  }
}

async function deleteFile(file: string, bytes: Uint8Array | null): Promise<string | null> {
  if (bytes !== null) await rm(file);
  return (await readOrNull(file)) === null ? null : 'The file is still there.';
}

async function writeBeside(
  change: FileChange,
  newBytes: Uint8Array,
  present: PresentFile,
): Promise<string | null> {
  const { file } = change;
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = path.join(
    path.dirname(file),
    `.${path.basename(file).slice(0, 100)}.${randomBytes(6).toString('hex')}.muster-tmp`,
  );
  try {
    await writeDurably(temporary, newBytes);
    await chmod(temporary, permissions(present.owner?.mode ?? change.mode));
    if (present.owner !== null) await keepOwner(temporary, present.owner);
    // Writing took time: compare once more, now with nothing left to do but the rename.
    const now = sha256OrNull(await readOrNull(file));
    if (now !== change.expectedSha256) return changedSinceReview();
    if (present.bytes === null) await linkIntoPlace(temporary, file);
    else await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
  const written = sha256OrNull(await readOrNull(file));
  return written === sha256OrNull(newBytes) ? null : 'Something else wrote the file meanwhile.';
}

async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

// Git gives 0o100644 or 0o100755; a file without any right for its owner helps nobody.
function permissions(mode: number): number {
  const bits = mode & 0o777;
  return bits === 0 ? 0o644 : bits;
}

async function keepOwner(
  file: string,
  owner: { readonly uid: number; readonly gid: number },
): Promise<void> {
  const own = await lstat(file);
  if (own.uid === owner.uid && own.gid === owner.gid) return;
  try {
    await chown(file, owner.uid, owner.gid);
  } catch (error) {
    // Only root may give files away; the content is right all the same.
    if (errorCode(error) !== 'EPERM') throw error;
  }
}

// A link fails when the name was taken meanwhile, where a rename would overwrite.
async function linkIntoPlace(temporary: string, file: string): Promise<void> {
  try {
    await link(temporary, file);
  } catch (error) {
    const hasNoLinks = ['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes(errorCode(error) ?? '');
    if (!hasNoLinks) throw error;
    await rename(temporary, file);
  }
}

async function readOrNull(file: string): Promise<Uint8Array | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
