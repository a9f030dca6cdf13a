import type {
  FileContent,
  FileView,
  Snapshot,
  SnapshotEntry,
  SnapshotStore,
} from '../ports/fileView.ts';

/** A snapshot as a view of files; contents are read from the store when they are asked for. */
export class SnapshotView implements FileView {
  readonly #store: Pick<SnapshotStore, 'readBlob'>;
  readonly #entries: ReadonlyMap<string, SnapshotEntry>;
  readonly #paths: readonly string[];

  constructor(snapshot: Snapshot, store: Pick<SnapshotStore, 'readBlob'>) {
    this.#store = store;
    this.#entries = new Map(snapshot.entries.map((entry) => [entry.path, entry]));
    this.#paths = snapshot.entries.map((entry) => entry.path);
  }

  list(): readonly string[] {
    return this.#paths;
  }

  has(path: string): boolean {
    return this.#entries.has(path);
  }

  async read(path: string): Promise<FileContent | null> {
    const entry = this.#entries.get(path);
    if (entry === undefined) return null;
    return { bytes: await this.#store.readBlob(entry.blob), mode: entry.mode };
  }
}
