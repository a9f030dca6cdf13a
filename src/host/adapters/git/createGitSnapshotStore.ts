import path from 'node:path';
import type { Log } from '../../../core/ports/log.ts';
import type { FileChange, Snapshot, SnapshotStore } from '../../../core/ports/fileView.ts';
import { BlobReader } from './shadow/blobReader.ts';
import { readGeneration } from './shadow/collectObjects.ts';
import { DirectoryPool } from './directories/directoryPool.ts';
import { splitNul } from './runGit.ts';
import { ShadowRepository } from './shadow/shadowRepository.ts';
import { useShadow } from './shadow/shadowUse.ts';
import { sortEntries, takeSnapshot } from './snapshot/takeSnapshot.ts';
import type { SnapshotMemory } from './snapshot/takeSnapshot.ts';
import { writeTree } from './shadow/writeTree.ts';

export interface GitSnapshotStoreOptions {
  readonly workspaceRoot: string;
  readonly stateDirectory: string;
  readonly log: Log;
  /** Paths that no agent may see; they never enter a snapshot. */
  readonly isHidden: (path: string) => boolean;
  /** Environment of the git processes; this process's own by default. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
}

/** A snapshot store that holds a git process and directories until it is disposed. */
export interface GitSnapshotStore extends SnapshotStore {
  dispose(): Promise<void>;
}

/** Opens the shadow repository of a workspace, which is created at the first call that needs it. */
export function createGitSnapshotStore(options: GitSnapshotStoreOptions): GitSnapshotStore {
  const { workspaceRoot, stateDirectory, log } = options;
  const environment = options.environment ?? process.env;
  const shadow = new ShadowRepository(stateDirectory, environment);
  const reader = new BlobReader(shadow);
  const memory: SnapshotMemory = { knownObjects: new Set<string>(), last: null, generation: '' };
  const writing = <T>(task: () => Promise<T>): Promise<T> =>
    useShadow(stateDirectory, async () => {
      forgetCollected(memory, await readGeneration(shadow));
      return task();
    });
  const isHidden = hideState(options);
  const place = { workspaceRoot, stateDirectory, environment, isHidden };
  const bases = new TreeBases();
  const snapshotOf = (tree: string): string => bases.of(tree);
  const pool = new DirectoryPool({ ...place, snapshotOf, shadow, log });
  return {
    takeSnapshot: ({ runId, signal }) =>
      writing(() =>
        takeSnapshot({ workspaceRoot, environment, shadow, isHidden, signal, runId, memory }),
      ),
    openSnapshot: (tree) => openSnapshot(shadow, tree),
    readBlob: (blob) => reader.read(blob),
    writeTree: (tree: string, changes: ReadonlyMap<string, FileChange>) =>
      writing(async () => {
        const { knownObjects } = memory;
        return bases.note(await writeTree({ shadow, tree, changes, knownObjects }), tree);
      }),
    withDirectory: (tree, task, setup) => pool.run(tree, task, setup),
    openDirectory: (options) => pool.open(options),
    dispose: async () => {
      await reader.dispose();
      await pool.dispose();
    },
  };
}

/** What was known to be there may have been taken out since. */
function forgetCollected(memory: SnapshotMemory, generation: string): void {
  if (memory.generation === generation) return;
  memory.knownObjects.clear();
  memory.last = null;
  memory.generation = generation;
}

/** Proposed trees of which it is remembered what they were made of: more than commands wait for at once. */
const MAX_REMEMBERED_TREES = 4096;

/** Which snapshot a proposed tree was made of; a tree that nobody made here is its own. */
class TreeBases {
  readonly #bases = new Map<string, string>();

  note(tree: string, base: string): string {
    if (this.#bases.size >= MAX_REMEMBERED_TREES) this.#bases.clear();
    this.#bases.set(tree, this.of(base));
    return tree;
  }

  of(tree: string): string {
    return this.#bases.get(tree) ?? tree;
  }
}

/** The state folder is no part of the workspace, also where the user has put it inside. */
function hideState(options: GitSnapshotStoreOptions): (file: string) => boolean {
  const inside = path.relative(options.workspaceRoot, options.stateDirectory);
  if (inside === '' || inside.startsWith('..') || path.isAbsolute(inside)) return options.isHidden;
  const prefix = `${inside.replaceAll(path.sep, '/')}/`;
  return (file) => file.startsWith(prefix) || options.isHidden(file);
}

async function openSnapshot(shadow: ShadowRepository, tree: string): Promise<Snapshot> {
  const output = await shadow.git(['ls-tree', '-r', '-z', '--full-tree', tree]);
  const entries = splitNul(output).map((line) => ({
    mode: Number.parseInt(line.slice(0, 6), 8),
    blob: line.slice(line.indexOf('\t') - 40, line.indexOf('\t')),
    path: line.slice(line.indexOf('\t') + 1),
  }));
  return { tree, entries: sortEntries(entries), leftOut: [] };
}
