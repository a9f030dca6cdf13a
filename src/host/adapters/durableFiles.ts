import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

let nextDraft = 1;

/** Writes a file so that after a crash it is either the old one or the whole new one. */
export async function writeDurably(file: string, content: string | Uint8Array): Promise<void> {
  const draft = `${file}.${process.pid}.${nextDraft++}.tmp`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(path.dirname(file));
}

/** Creates a folder that only this user can enter. */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** Makes new names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open folders, and keeps names durable by itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes new names in one folder durable; whoever asks at the same time shares one sync. */
export class FolderSync {
  readonly #folder: string;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Resolves when every name that was there at the call is durable. */
  sync(): Promise<void> {
    // A sync that has begun may have missed the name, so that it is never joined.
    this.#next ??= this.#afterRunning();
    return this.#next;
  }

  async #afterRunning(): Promise<void> {
    // Its failure is reported to those who waited for it.
    await this.#running.catch(() => undefined);
    this.#next = null;
    this.#running = syncFolder(this.#folder);
    await this.#running;
  }
}
