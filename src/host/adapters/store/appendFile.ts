import { open, type FileHandle } from 'node:fs/promises';

/**
 * Appends lines durably. Lines that arrive while a write is under way share the next write and its one
 * `fdatasync`, so that a thousand agents cost few of them.
 */
export class AppendFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  #batch: Batch | null = null;
  #writing: Promise<void> = Promise.resolve();
  #failure: Error | null = null;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** Opens for appending and cuts the file to the given length first, when one is given. */
  static async open(path: string, length?: number): Promise<AppendFile> {
    const handle = await open(path, 'a', 0o600);
    if (length !== undefined) await handle.truncate(length);
    return new AppendFile(path, handle);
  }

  /** Resolves when the text is on disk. After a failed write nothing more is written. */
  append(text: string): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    if (this.#batch !== null) {
      this.#batch.texts.push(text);
      return this.#batch.done;
    }
    const texts = [text];
    const done = this.#writing.then(() => this.#flush(texts));
    this.#batch = { texts, done };
    // Whoever appended is told; here the chain only has to go on.
    this.#writing = done.catch(() => undefined);
    return done;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#handle.close();
  }

  async #flush(texts: readonly string[]): Promise<void> {
    this.#batch = null;
    if (this.#failure !== null) throw this.#failure;
    try {
      await this.#handle.appendFile(texts.join(''));
      await this.#handle.datasync();
    } catch (cause) {
      this.#failure = new Error(`Cannot write ${this.#path}.`, { cause });
      throw this.#failure;
    }
  }
}

interface Batch {
  readonly texts: string[];
  readonly done: Promise<void>;
}
