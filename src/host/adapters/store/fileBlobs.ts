import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../../../base/errorText.ts';
import { sha256Hex } from '../../../core/journal/journalLines.ts';
import type { BlobStore } from '../../../core/ports/runStore.ts';
import { makePrivateFolder, writeDurably } from './durableFiles.ts';

/** A blob that is not there, or is not what its name says. */
export class BlobError extends Error {
  override readonly name = 'BlobError';
  readonly code: 'not_found' | 'blob_broken';

  constructor(code: 'not_found' | 'blob_broken', message: string) {
    super(message);
    this.code = code;
  }
}

/** Keeps payloads as files called by their hash; bytes are stored as they are, never scrubbed. */
export class FileBlobs implements BlobStore {
  readonly #directory: string;
  readonly #writing = new Map<string, Promise<void>>();

  constructor(directory: string) {
    this.#directory = directory;
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
      if (errorCode(error) !== 'ENOENT') throw error;
      throw new BlobError('not_found', `There is no blob ${sha256} in ${this.#directory}.`);
    });
    if (sha256Hex(bytes) !== sha256) {
      throw new BlobError('blob_broken', `The blob ${file} was changed since it was written.`);
    }
    return bytes;
  }

  async #write(sha256: string, bytes: Uint8Array): Promise<void> {
    const file = this.#file(sha256);
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await makePrivateFolder(this.#directory);
    await writeDurably(file, bytes);
  }

  #file(sha256: string): string {
    if (!/^[0-9a-f]{64}$/u.test(sha256)) {
      throw new BlobError('not_found', `"${sha256}" is not the hash of a blob.`);
    }
    return path.join(this.#directory, sha256);
  }
}
