import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, readdir, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../../base/errorText.ts';
import { DECISIONS_FILE } from '../../core/evidence/audit/auditDecisions.ts';
import { JOURNAL_FILE } from '../../core/evidence/audit/auditJournal.ts';
import type { RunFolder } from '../../core/evidence/audit/runFolder.ts';
import { isOwnerAlive, readOwner } from '../runs/runOwner.ts';
import { ifThere } from '../../node/ifThere.ts';
import { isMissing } from '../../node/isMissing.ts';
import { readChunks } from '../../node/readChunks.ts';

/** Largest file that is read whole: journals of a thousand agents are a hundredth of it. */
const MAX_WHOLE_BYTES = 512 * 1024 * 1024;

/** Files of one run: a thousand agents leave a few for each, and a blob for each version of a file. */
const MAX_FILES = 500_000;

/** Folders inside each other: ours go two deep. */
const MAX_DEPTH = 6;

/** Never through a link, and never waiting for a pipe. */
const READ_FLAGS =
  process.platform === 'win32'
    ? constants.O_RDONLY
    : constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** A folder that cannot be audited at all. */
class RunFolderError extends Error {
  override readonly name = 'RunFolderError';
  readonly code = 'run_folder';
}

/** A run's folder as it lies on the disk. It only reads, and follows no link. */
export async function openRunFolder(directory: string): Promise<RunFolder> {
  const files = new Map<string, number>();
  const strange: string[] = [];
  if (!(await lstat(directory)).isDirectory()) {
    throw new RunFolderError(`Cannot audit ${directory}: it is a link, not a folder.`);
  }
  // The owner is asked first: a run that ends meanwhile is audited as one that goes on.
  const owner = await readOwner(directory);
  const isLive = owner !== null && (await isOwnerAlive(owner));
  // Read before the names: whatever these refer to was on the disk before them.
  const early = new Map<string, Uint8Array>();
  for (const name of [DECISIONS_FILE, JOURNAL_FILE]) {
    const bytes = await readPlainIfThere(path.join(directory, name));
    if (bytes !== null) early.set(name, bytes);
  }
  await list({ directory, prefix: '', depth: 0, files, strange });
  const hashes = new Map<string, Promise<string>>();
  return {
    runId: path.basename(directory),
    isLive,
    files,
    strange,
    sha256: (name, firstBytes) => {
      const key = `${firstBytes ?? ''} ${name}`;
      const known = hashes.get(key) ?? hashFile(path.join(directory, name), firstBytes);
      hashes.set(key, known);
      return known;
    },
    read: async (name) => early.get(name) ?? (await readWhole(path.join(directory, name))),
  };
}

interface Listing {
  readonly directory: string;
  readonly prefix: string;
  readonly depth: number;
  readonly files: Map<string, number>;
  readonly strange: string[];
}

async function list(listing: Listing): Promise<void> {
  const { directory, prefix, depth, files, strange } = listing;
  const entries = await readdir(path.join(directory, prefix), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory() && depth < MAX_DEPTH) {
      await list({ ...listing, prefix: name, depth: depth + 1 });
    } else if (entry.isFile()) {
      const size = await sizeOf(path.join(directory, name));
      if (size !== null) files.set(name, size);
    } else {
      strange.push(name);
    }
    if (files.size > MAX_FILES) {
      throw new RunFolderError(
        `Cannot audit ${directory}: it holds more than ${MAX_FILES} files, more than any run leaves.`,
      );
    }
  }
}

/** Null when it went away meanwhile, as the drafts of a live run do. */
async function sizeOf(file: string): Promise<number | null> {
  return (await ifThere(lstat(file)))?.size ?? null;
}

async function hashFile(file: string, firstBytes: number | undefined): Promise<string> {
  const hash = createHash('sha256');
  const handle = await openPlain(file);
  try {
    for await (const chunk of readChunks(handle, firstBytes)) hash.update(chunk);
    return hash.digest('hex');
  } finally {
    await handle.close();
  }
}

async function readPlainIfThere(file: string): Promise<Uint8Array | null> {
  try {
    return await readWhole(file);
  } catch (error) {
    if (isMissing(error) || errorCode(error) === 'ELOOP') return null;
    throw error;
  }
}

async function readWhole(file: string): Promise<Uint8Array> {
  const handle = await openPlain(file);
  try {
    const { size } = await handle.stat();
    if (size > MAX_WHOLE_BYTES) {
      throw new RunFolderError(`Cannot audit ${file}: it is larger than any that Muster writes.`);
    }
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

async function openPlain(file: string): Promise<FileHandle> {
  const handle = await open(file, READ_FLAGS);
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new RunFolderError(`Cannot audit ${file}: it is not a file any more.`);
}
