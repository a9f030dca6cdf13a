import { mkdir, readdir, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { errorText } from '../../../../base/errorText.ts';
import { Semaphore } from '../../../../base/semaphore.ts';
import type { DirectorySetup, WorkDirectory } from '../../../../core/ports/fileView.ts';
import type { Log } from '../../../../core/ports/log.ts';
import { tryLock, type HeldLock } from '../../locks/processLock.ts';
import { directoryChanges, ignoredFiles, type ChangedDirectory } from './directoryChanges.ts';
import { bringDependencies, presentDependencies, stampFileOf } from './dependencyFolders.ts';
import { dependencyFolders } from './ignoredPaths.ts';
import { bringIncluded, INCLUDE_FILE } from './includedFiles.ts';
import { removeFolder } from './removeFolder.ts';
import { freshHome, linkCaches } from './scratchHome.ts';
import { isGitError } from '../gitError.ts';
import { splitNul } from '../runGit.ts';
import { bringSetupFiles, hasSetupFiles, keepSetupFiles } from './setupFiles.ts';
import type { ShadowRepository } from '../shadow/shadowRepository.ts';

/** Directories for single commands that one process has at once: a test suite takes a core or more, and machines have few. */
const MAX_COMMAND_DIRECTORIES = 2;

/** Directories that agents keep while they think, beside the others, so that every command gets its turn. */
export const MAX_KEPT_DIRECTORIES = 2;

/** Slots that all processes of a workspace may have; beyond it something leaks them. */
const MAX_SLOT_NUMBER = 64;

/** Folders that are looked at at once. */
const FOLDER_BATCH = 64;

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
  /** Environment of the user's own git, which knows what the user ignores. */
  readonly environment: NodeJS.ProcessEnv;
  readonly isHidden: (path: string) => boolean;
  /** The snapshot that a proposed tree was made of: configuration is read from there, never from proposals. */
  readonly snapshotOf: (tree: string) => string;
  readonly log: Log;
}

/** Real directories, used again and again, each of which holds exactly one tree while a task runs in it. */
export class DirectoryPool {
  readonly #options: DirectoryPoolOptions;
  readonly #free: Slot[] = [];
  readonly #places = {
    command: new Semaphore(MAX_COMMAND_DIRECTORIES),
    agent: new Semaphore(MAX_KEPT_DIRECTORIES),
  };
  readonly #locks = new Set<HeldLock>();

  constructor(options: DirectoryPoolOptions) {
    this.#options = options;
  }

  /** Waits for its turn, first come, first served; the directory is the task's until it settles. */
  async run<T>(
    tree: string,
    task: (directory: string) => Promise<T>,
    setup?: DirectorySetup,
  ): Promise<T> {
    const { signal } = new AbortController();
    const directory = await this.open({ use: 'command', signal, setup });
    try {
      await directory.show(tree);
      return await task(directory.path);
    } finally {
      directory.release();
    }
  }

  /** A directory to be released by whoever opened it. */
  async open(options: {
    readonly use: 'command' | 'agent';
    readonly signal: AbortSignal;
    readonly setup?: DirectorySetup | undefined;
  }): Promise<WorkDirectory> {
    const { use, signal, setup } = options;
    const releases: (() => void)[] = [];
    try {
      releases.push(await this.#places[use].acquire(signal));
      const slot = this.#free.pop() ?? (await this.#claim());
      releases.push(() => this.#free.push(slot));
      return this.#directoryOf(slot, { releases, setup });
    } catch (error) {
      releaseAll(releases);
      throw error;
    }
  }

  #directoryOf(
    slot: Slot,
    {
      releases,
      setup,
    }: { readonly releases: (() => void)[]; readonly setup?: DirectorySetup | undefined },
  ): WorkDirectory {
    let wasShown = false;
    return {
      path: slot.directory,
      show: async (tree) => {
        const isReady = wasShown && (await this.#couldShowAgain(slot, tree));
        if (!isReady) await this.#makeReady(slot, tree, setup);
        wasShown = true;
      },
      changes: () => directoryChanges(this.#placeOf(slot)),
      release: () => releaseAll(releases),
    };
  }

  /** Gives the slots back to other processes; their files stay for the next one. */
  async dispose(): Promise<void> {
    await Promise.all([...this.#locks].map((lock) => lock.release()));
    this.#locks.clear();
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
      const stampFile = stampFileOf(directory);
      return { directory, lockFile, stampFile, indexFile: `${directory}.index` };
    }
    throw new Error(
      `Cannot find a free directory under ${trees}: all ${MAX_SLOT_NUMBER} are in use. Remove its .lock files if no other run is active.`,
    );
  }

  #placeOf({ directory, indexFile }: Slot): ChangedDirectory {
    const { shadow, workspaceRoot, environment, isHidden } = this.#options;
    return { shadow, directory, indexFile, workspaceRoot, environment, isHidden };
  }

  async #makeReady(slot: Slot, tree: string, setup: DirectorySetup | undefined): Promise<void> {
    if (setup === undefined) return this.#prepare(slot, tree);
    const { directory, stampFile } = slot;
    if (!(await hasSetupFiles(directory, setup.key))) {
      // On the files that the run began with: nothing that an agent wrote has a part in it.
      await this.#prepare(slot, this.#options.snapshotOf(tree));
      await setup.run(directory);
      const files = await ignoredFiles(this.#placeOf(slot), await presentDependencies(stampFile));
      await keepSetupFiles(directory, { key: setup.key, files });
    }
    await this.#prepare(slot, tree);
    await bringSetupFiles(directory);
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
    const { directory, stampFile, indexFile } = slot;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const call = { workTree: directory, indexFile };
    // A git process takes longer to start than to do this: those that do not need each other run at once.
    const [{ folders, inTree }, patterns, treeFolders] = await Promise.all([
      this.#dependenciesFor(tree),
      this.#includePatterns(tree),
      this.#foldersOf(tree),
      shadow.git(['read-tree', '--reset', '-u', tree], call),
    ]);
    const isInTree = (folder: string) => inTree.has(folder);
    const kept = folders.filter((folder) => !isInTree(folder));
    const keep = kept.flatMap((folder) => ['-e', `/${escapePattern(folder)}`]);
    await shadow.git(['clean', '-ffdxq', ...keep], call);
    await removeSpecial(directory, treeFolders);
    const slotDirectory = directory;
    await bringDependencies({ workspaceRoot, slotDirectory, stampFile, folders, isInTree });
    const { environment, isHidden, log } = this.#options;
    await bringIncluded({
      workspaceRoot,
      environment,
      isHidden,
      log,
      patterns,
      slotDirectory: directory,
      scratchDirectory: shadow.gitDir,
    });
    await freshHome(directory);
    await linkCaches(directory, kept);
  }

  /** Folders of dependencies, and those of them that stand in the tree. */
  async #dependenciesFor(
    tree: string,
  ): Promise<{ readonly folders: readonly string[]; readonly inTree: ReadonlySet<string> }> {
    const { shadow, workspaceRoot, environment } = this.#options;
    const folders = await dependencyFolders({ workspaceRoot, environment });
    const list = ['ls-tree', '-z', '--name-only', '--full-tree', tree, '--', ...folders];
    return { folders, inTree: new Set(splitNul(await shadow.git(list))) };
  }

  async #includePatterns(tree: string): Promise<string> {
    const { shadow, snapshotOf } = this.#options;
    const file = `${snapshotOf(tree)}:${INCLUDE_FILE}`;
    const text = await shadow.git(['cat-file', 'blob', file]).catch(ignoreMissing);
    return text.toString('utf8');
  }

  /** All folders of a tree, and its root. */
  async #foldersOf(tree: string): Promise<readonly string[]> {
    const list = ['ls-tree', '-r', '-d', '-z', '--name-only', '--full-tree', tree];
    return ['', ...splitNul(await this.#options.shadow.git(list))];
  }

  /** The next tree of the same agent: what its commands built and git ignores is still there for the next one. */
  async #couldShowAgain(slot: Slot, tree: string): Promise<boolean> {
    const { shadow, log } = this.#options;
    const call = { workTree: slot.directory, indexFile: slot.indexFile };
    try {
      await shadow.git(['clean', '-ffdq'], call);
      await shadow.git(['read-tree', '--reset', '-u', tree], call);
      return true;
    } catch (error) {
      log.warn('trees', 'cannot go on in a directory', { reason: errorText(error) });
      return false;
    }
  }
}

/** What `git clean` leaves alone beside tracked files; the settings of a repository would run in the next command. */
async function removeSpecial(directory: string, folders: readonly string[]): Promise<void> {
  const root = await realpath(directory);
  for (let start = 0; start < folders.length; start += FOLDER_BATCH) {
    const batch = folders.slice(start, start + FOLDER_BATCH);
    await Promise.all(batch.map((folder) => removeSpecialIn(path.join(root, folder))));
  }
}

/** A tree without such a file is what most trees are. */
function ignoreMissing(error: unknown): Buffer {
  if (isGitError(error) && error.exitCode === 128) return Buffer.alloc(0);
  throw error;
}

/** Characters that mean something in a pattern of `git clean -e` stand for themselves. */
function escapePattern(folder: string): string {
  return folder.replaceAll(/[\\*?[\]!#]/gu, String.raw`\$&`);
}

/** Repositories, pipes, sockets and devices in one folder. Never through a link. */
async function removeSpecialIn(folder: string): Promise<void> {
  if ((await realpath(folder)) !== folder) return;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const isPlain = entry.isFile() || entry.isDirectory() || entry.isSymbolicLink();
    if (!isPlain || entry.name === '.git') await removeFolder(path.join(folder, entry.name));
  }
}

/** In the order opposite to that of taking; a second call does nothing. */
function releaseAll(releases: (() => void)[]): void {
  for (const release of releases.splice(0).reverse()) release();
}

async function wipe(slot: Slot): Promise<void> {
  await rm(slot.indexFile, { force: true });
  await rm(`${slot.indexFile}.lock`, { force: true });
  await rm(slot.stampFile, { force: true });
  await removeFolder(slot.directory);
}
