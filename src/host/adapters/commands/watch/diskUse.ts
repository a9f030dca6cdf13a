/**
 * What a command has written to the disk. Counting files takes long, so that it is done only when the whole disk
 * has lost as much as the command may take.
 */
import { readdirSync, statSync, type Stats } from 'node:fs';
import { lstat, readdir, statfs } from 'node:fs/promises';
import path from 'node:path';

export interface DiskUse {
  readonly diskBytes: number;
  readonly files: number;
}

interface FreeSpace {
  readonly bytes: number;
  readonly files: number;
}

const NOTHING: DiskUse = { diskBytes: 0, files: 0 };

/** Files that are looked at at once. */
const BATCH = 64;

export class DiskWatch {
  readonly #folders: readonly string[];
  readonly #limits: DiskUse;
  readonly #sinceMs: number;
  #free: FreeSpace;

  /** Watches folders on one disk; counts what changed in them since a time. */
  static async start(options: {
    readonly folders: readonly string[];
    readonly limits: DiskUse;
    readonly sinceMs: number;
  }): Promise<DiskWatch> {
    return new DiskWatch(options, await freeSpace(options.folders));
  }

  private constructor(
    options: {
      readonly folders: readonly string[];
      readonly limits: DiskUse;
      readonly sinceMs: number;
    },
    free: FreeSpace,
  ) {
    const { folders, limits, sinceMs } = options;
    this.#folders = folders;
    this.#sinceMs = sinceMs;
    this.#free = free;
    this.#limits = { ...limits, diskBytes: Math.min(limits.diskBytes, free.bytes / 2) };
  }

  /** The limits, with that of the disk lowered where little is free. */
  get limits(): DiskUse {
    return this.#limits;
  }

  /** `pids` are the command's processes: what they hold open counts though its name is gone. */
  async look(pids: readonly number[]): Promise<DiskUse> {
    const now = await freeSpace(this.#folders);
    const lost = { diskBytes: this.#free.bytes - now.bytes, files: this.#free.files - now.files };
    const { diskBytes, files } = this.#limits;
    if (lost.diskBytes <= diskBytes && lost.files <= files) return NOTHING;
    const use = await this.#count(pids);
    // Somebody else took the rest, which is not for us to count again.
    this.#free = { bytes: now.bytes + use.diskBytes, files: now.files + use.files };
    return use;
  }

  async #count(pids: readonly number[]): Promise<DiskUse> {
    let diskBytes = unlinkedBytes(pids);
    let files = 0;
    for await (const found of walk(this.#folders)) {
      const sizes = await Promise.all(found.map((file) => sizeSince(file, this.#sinceMs)));
      for (const size of sizes) {
        if (size === null) continue;
        diskBytes += size;
        files += 1;
      }
      if (diskBytes > this.#limits.diskBytes || files > this.#limits.files) break;
    }
    return { diskBytes, files };
  }
}

async function freeSpace(folders: readonly string[]): Promise<FreeSpace> {
  const { bfree, bsize, ffree } = await statfs(folders[0] ?? '.');
  return { bytes: bfree * bsize, files: ffree };
}

async function* walk(folders: readonly string[]): AsyncGenerator<readonly string[]> {
  const waiting = [...folders];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const parent = folder;
    const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (entry.isDirectory()) waiting.push(path.join(parent, entry.name));
    }
    for (let start = 0; start < entries.length; start += BATCH) {
      yield entries.slice(start, start + BATCH).map(({ name }) => path.join(parent, name));
    }
  }
}

/** Bytes on the disk of what was written since then; null for what is older, or gone. */
async function sizeSince(file: string, sinceMs: number): Promise<number | null> {
  try {
    const { ctimeMs, blocks } = await lstat(file);
    return ctimeMs < sinceMs ? null : blocks * 512;
  } catch {
    // It went away.
    return null;
  }
}

/** Files without a name live as long as somebody has them open. */
function unlinkedBytes(pids: readonly number[]): number {
  const sizes = new Map<string, number>();
  for (const pid of pids) {
    for (const name of entriesOf(`/proc/${pid}/fd`)) {
      const stats = openFile(`/proc/${pid}/fd/${name}`);
      if (stats === null || stats.nlink > 0 || !stats.isFile()) continue;
      sizes.set(`${stats.dev}:${stats.ino}`, stats.blocks * 512);
    }
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // The process is gone, or this system has no such folder.
    return [];
  }
}

function openFile(file: string): Stats | null {
  try {
    return statSync(file);
  } catch {
    // It was closed meanwhile.
    return null;
  }
}
