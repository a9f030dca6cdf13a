import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../../../base/errorText.ts';
import type { BlobStore } from '../../../core/ports/runStore.ts';
import { FolderSync, makePrivateFolder, syncFolder, writeDurably } from '../durableFiles.ts';
import { isMissing } from '../../../node/isMissing.ts';
import { sha256Hex } from '../../../node/sha256Hex.ts';

/** A blob that is not there, or is not what its name says. */
class BlobError extends Error {
  override readonly name = 'BlobError';
  readonly code: 'not_found' | 'blob_broken';

  constructor(code: 'not_found' | 'blob_broken', message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Keeps payloads as files called by their hash; bytes are stored as they are, never scrubbed. A write that was
 * cut off leaves a file that is not what its name says: it is never handed out, and the next put replaces it.
 */
export class FileBlobs implements BlobStore {
  readonly #directory: string;
  readonly #names: FolderSync;
  /** Blobs that this process has written, is writing, or has read whole. */
  readonly #writing = new Map<string, Promise<void>>();
  #folder: Promise<void> | null = null;

  constructor(directory: string) {
    this.#directory = directory;
    this.#names = new FolderSync(directory);
  }

  async put(bytes: Uint8Array): Promise<string> {
    const sha256 = sha256Hex(bytes);
    const writing = this.#writing.get(sha256) ?? this.#write(sha256, bytes);
    this.#writing.set(sha256, writing);
    try {
      await writing;
    } catch (error) {
      // The next put tries again, for instance after the disk has space.
      this.#writing.delete(sha256);
      throw error;
    }
    return sha256;
  }

  async get(sha256: string): Promise<Uint8Array> {
    const file = this.#file(sha256);
    const bytes = await readFile(file).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
      throw new BlobError('not_found', `No blob ${sha256} in ${this.#directory}.`);
    });
    if (sha256Hex(bytes) !== sha256) {
      throw new BlobError('blob_broken', `The blob ${file} has changed since it was written.`);
    }
    // What refers to it was written after it had become durable.
    if (!this.#writing.has(sha256)) this.#writing.set(sha256, Promise.resolve());
    return bytes;
  }

  async #write(sha256: string, bytes: Uint8Array): Promise<void> {
    const file = this.#file(sha256);
    await this.#makeFolder();
    if ((await writeNew(file, bytes)) || (await syncSame(file, bytes))) await this.#names.sync();
    else await writeDurably(file, bytes);
  }

  async #makeFolder(): Promise<void> {
    this.#folder ??= makeDurableFolder(this.#directory);
    try {
      await this.#folder;
    } catch (error) {
      this.#folder = null;
      throw error;
    }
  }

  #file(sha256: string): string {
    if (!/^[0-9a-f]{64}$/u.test(sha256)) {
      throw new BlobError('not_found', `"${sha256}" is not the hash of a blob.`);
    }
    return path.join(this.#directory, sha256);
  }
}

async function makeDurableFolder(folder: string): Promise<void> {
  await makePrivateFolder(folder);
  await syncFolder(path.dirname(folder));
}

/** Writes and syncs a file that is not there yet; false when it is. */
async function writeNew(file: string, bytes: Uint8Array): Promise<boolean> {
  const handle = await open(file, 'wx', 0o600).catch((error: unknown) => {
    if (errorCode(error) === 'EEXIST') return null;
    throw error;
  });
  if (handle === null) return false;
  try {
    await handle.writeFile(bytes);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  return true;
}

/** Syncs a file that holds just these bytes, since nobody knows whether they reached the disk; else false. */
async function syncSame(file: string, bytes: Uint8Array): Promise<boolean> {
  const handle = await open(file, 'r+');
  try {
    if (!(await handle.readFile()).equals(bytes)) return false;
    await handle.datasync();
    return true;
  } finally {
    await handle.close();
  }
}
