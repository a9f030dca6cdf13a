import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { createDeferred } from '../../../base/deferred.ts';
import type { Deferred } from '../../../base/deferred.ts';
import { errorText } from '../../../base/errorText.ts';
import type { Log } from '../../../core/ports/log.ts';
import { tryLock, type HeldLock } from '../locks/processLock.ts';
import { bringDependencies, DEPENDENCY_FOLDERS } from './dependencyFolders.ts';
import { freshHome, linkCaches } from './scratchHome.ts';
import type { ShadowRepository } from './shadowRepository.ts';

/** Directories that one process has at once: a test suite takes a core or more, and machines have few. */
export const MAX_DIRECTORY_SLOTS = 2;

/** Slots that all processes of a workspace may have; beyond it something leaks them. */
const MAX_SLOT_NUMBER = 64;

interface Slot {
  readonly directory: string;
  readonly indexFile: string;
  readonly stampFile: string;
  readonly lockFile: string;
}

export interface DirectoryPoolOptions {
  readonly workspaceRoot: string;
  readonly stateDirectory: string;
  readonly shadow: ShadowRepository;
  readonly log: Log;
}

/** Real directories, used again and again, each of which holds exactly one tree while a task runs in it. */
export class DirectoryPool {
  readonly #options: DirectoryPoolOptions;
  readonly #free: Slot[] = [];
  readonly #waiting: Deferred<null>[] = [];
  readonly #locks = new Set<HeldLock>();
  #busy = 0;

  constructor(options: DirectoryPoolOptions) {
    this.#options = options;
  }

  /** Waits for its turn, first come, first served; the directory is the task's until it settles. */
  async run<T>(tree: string, task: (directory: string) => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      const slot = this.#free.pop() ?? (await this.#claim());
      try {
        await this.#prepare(slot, tree);
        return await task(slot.directory);
      } finally {
        this.#free.push(slot);
      }
    } finally {
      this.#leave();
    }
  }

  /** Gives the slots back to other processes; their files stay for the next one. */
  async dispose(): Promise<void> {
    await Promise.all([...this.#locks].map((lock) => lock.release()));
    this.#locks.clear();
  }

  async #enter(): Promise<void> {
    if (this.#busy < MAX_DIRECTORY_SLOTS) {
      this.#busy += 1;
      return;
    }
    // The task that leaves hands its place over without counting down.
    const turn = createDeferred<null>();
    this.#waiting.push(turn);
    await turn.promise;
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#busy -= 1;
    else next.resolve(null);
  }

  async #claim(): Promise<Slot> {
    const trees = path.join(this.#options.stateDirectory, 'trees');
    await mkdir(trees, { recursive: true, mode: 0o700 });
    for (let number = 1; number <= MAX_SLOT_NUMBER; number += 1) {
      const directory = path.join(trees, String(number));
      const lockFile = `${directory}.lock`;
      const claimed = await tryLock({ file: lockFile, purpose: 'use a directory' });
      if (claimed.type === 'held') continue;
      this.#locks.add(claimed.lock);
      const stampFile = `${directory}.dependencies.json`;
      return { directory, lockFile, stampFile, indexFile: `${directory}.index` };
    }
    throw new Error(
      `Cannot find a free directory under ${trees}: all ${MAX_SLOT_NUMBER} are in use. Remove its .lock files if no other run is active.`,
    );
  }

  async #prepare(slot: Slot, tree: string): Promise<void> {
    try {
      await this.#checkOut(slot, tree);
    } catch (error) {
      // A command may leave folders that nobody can enter, or a torn index: start the slot afresh.
      this.#options.log.warn('trees', 'rebuilding a directory', { reason: errorText(error) });
      await wipe(slot);
      await this.#checkOut(slot, tree);
    }
  }

  async #checkOut(slot: Slot, tree: string): Promise<void> {
    const { shadow, workspaceRoot } = this.#options;
    await mkdir(slot.directory, { recursive: true, mode: 0o700 });
    const call = { workTree: slot.directory, indexFile: slot.indexFile };
    const [inTree] = await Promise.all([
      this.#namesInTree(tree),
      shadow.git(['read-tree', '--reset', '-u', tree], call),
    ]);
    const isInTree = (folder: string) => inTree.has(folder);
    const kept = DEPENDENCY_FOLDERS.filter((folder) => !isInTree(folder));
    const keep = kept.flatMap((folder) => ['-e', `/${folder}`]);
    await shadow.git(['clean', '-ffdxq', ...keep], call);
    const { directory: slotDirectory, stampFile } = slot;
    await bringDependencies({ workspaceRoot, slotDirectory, stampFile, isInTree });
    await freshHome(slotDirectory);
    if (!isInTree('node_modules')) await linkCaches(slotDirectory);
  }

  async #namesInTree(tree: string): Promise<ReadonlySet<string>> {
    const output = await this.#options.shadow.git(['ls-tree', '-z', '--name-only', tree]);
    return new Set(output.toString('utf8').split('\0'));
  }
}

async function wipe(slot: Slot): Promise<void> {
  await rm(slot.indexFile, { force: true });
  await rm(`${slot.indexFile}.lock`, { force: true });
  await rm(slot.stampFile, { force: true });
  await openFolders(slot.directory);
  await rm(slot.directory, { recursive: true, force: true });
}

/** Makes every folder enterable, so that it can be emptied. */
async function openFolders(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  const children = await readdir(folder, { withFileTypes: true });
  for (const child of children) {
    if (child.isDirectory()) await openFolders(path.join(folder, child.name));
  }
}
