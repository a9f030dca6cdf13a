import { createHash } from 'node:crypto';
import type {
  DirectoryChange,
  DirectorySetup,
  FileChange,
  Snapshot,
  SnapshotStore,
  WorkDirectory,
} from '../../src/core/ports/fileView.ts';

/** A snapshot over a map of texts; a tree's id is a hash of what is in it. */
export class MemorySnapshots implements SnapshotStore {
  readonly snapshot: Snapshot;
  /** Trees that were put on disk, in order. */
  readonly directories: string[] = [];
  failWriteTree = false;
  /** What the next commands leave behind in their directory. */
  left: readonly DirectoryChange[] = [];
  /** Directories that were opened and given back. */
  readonly opened: string[] = [];
  /** Keys of the setups that have run. */
  readonly #prepared = new Set<string>();
  readonly #blobs: ReadonlyMap<string, Uint8Array>;

  constructor(files: Readonly<Record<string, string | Uint8Array>>) {
    const paths = Object.keys(files).sort();
    const bytes = (path: string): Uint8Array => new Uint8Array(Buffer.from(files[path] ?? ''));
    this.#blobs = new Map(paths.map((path) => [`blob:${path}`, bytes(path)]));
    this.snapshot = {
      tree: 'tree-0',
      entries: paths.map((path) => ({ path, mode: 0o100644, blob: `blob:${path}` })),
      leftOut: [],
    };
  }

  takeSnapshot(): Promise<Snapshot> {
    return Promise.resolve(this.snapshot);
  }

  openSnapshot(): Promise<Snapshot> {
    return Promise.resolve(this.snapshot);
  }

  readBlob(blob: string): Promise<Uint8Array> {
    const bytes = this.#blobs.get(blob);
    return bytes === undefined ? Promise.reject(new Error(`no ${blob}`)) : Promise.resolve(bytes);
  }

  writeTree(tree: string, changes: ReadonlyMap<string, FileChange>): Promise<string> {
    if (this.failWriteTree) return Promise.reject(new Error('git: no space left on device'));
    if (changes.size === 0) return Promise.resolve(tree);
    const hash = createHash('sha256');
    for (const [path, change] of changes) {
      hash.update(
        `${path}\0${change === null ? 'gone' : Buffer.from(change.bytes).toString('hex')}\0`,
      );
    }
    return Promise.resolve(`tree-${hash.digest('hex').slice(0, 8)}`);
  }

  async withDirectory<T>(
    tree: string,
    task: (directory: string) => Promise<T>,
    setup?: DirectorySetup,
  ): Promise<T> {
    await this.#setUp(setup);
    this.directories.push(tree);
    return task(`/scratch/${tree}`);
  }

  openDirectory({
    use,
    setup,
  }: {
    readonly use: 'command' | 'agent';
    readonly setup?: DirectorySetup | undefined;
  }): Promise<WorkDirectory> {
    this.opened.push(use);
    return Promise.resolve({
      path: '/scratch/agent',
      show: async (tree) => {
        await this.#setUp(setup);
        this.directories.push(tree);
      },
      changes: () => Promise.resolve(this.left),
      release: () => this.opened.push(`${use} released`),
    });
  }

  /** Once; one that failed is tried again. */
  async #setUp(setup: DirectorySetup | undefined): Promise<void> {
    if (setup === undefined || this.#prepared.has(setup.key)) return;
    await setup.run(`/scratch/${this.snapshot.tree}`);
    this.#prepared.add(setup.key);
  }
}
