import { createHash, randomBytes } from 'node:crypto';
import { access, mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../../base/errorText.ts';
import type { BlobStore } from '../../../core/ports/runStore.ts';

/** Thrown when a blob is not there. */
export class BlobMissingError extends Error {
  override readonly name = 'BlobMissingError';
  readonly code = 'not_found';
}

/** Payloads as files named by the hash of their bytes, each written whole or not at all. */
export class BlobFiles implements BlobStore {
  readonly #directory: string;
  readonly #known = new Map<string, Promise<string>>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  put(bytes: Uint8Array): Promise<string> {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    let stored = this.#known.get(sha256);
    if (stored === undefined) {
      stored = this.#store(sha256, bytes);
      this.#known.set(sha256, stored);
    }
    return stored;
  }

  async get(sha256: string): Promise<Uint8Array> {
    try {
      return await readFile(join(this.#directory, sha256));
    } catch (cause) {
      if (errorCode(cause) !== 'ENOENT') throw cause;
      throw new BlobMissingError(`There is no blob ${sha256} in ${this.#directory}.`, { cause });
    }
  }

  async #store(sha256: string, bytes: Uint8Array): Promise<string> {
    const path = join(this.#directory, sha256);
    if (await exists(path)) return sha256;
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    return sha256;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
