import type {
  FileContent,
  FileView,
  Snapshot,
  SnapshotEntry,
  SnapshotStore,
  SnapshotUnderneath,
  TextCorpus,
} from '../../ports/fileView.ts';
import { buildTextCorpus } from './textCorpus.ts';

/** Bytes that are remembered of a snapshot: those that the agents at work have just read. */
const MAX_REMEMBERED_BYTES = 8 * 1024 * 1024;

/** A snapshot as a view of files; contents are read from the store when they are asked for. */
export class SnapshotView implements FileView {
  readonly #store: Pick<SnapshotStore, 'readBlob'>;
  readonly #entries: ReadonlyMap<string, SnapshotEntry>;
  readonly #paths: readonly string[];
  /** An agent that edits a file asks for it five times, from its first look to its merge. */
  readonly #remembered = new Map<string, FileContent>();
  #rememberedBytes = 0;
  readonly #snapshot: Snapshot;
  /** Made by the first search; most runs have none. */
  #corpus: Promise<TextCorpus> | null = null;

  constructor(snapshot: Snapshot, store: Pick<SnapshotStore, 'readBlob'>) {
    this.#store = store;
    this.#snapshot = snapshot;
    this.#entries = new Map(snapshot.entries.map((entry) => [entry.path, entry]));
    this.#paths = snapshot.entries.map((entry) => entry.path);
  }

  get underneath(): SnapshotUnderneath {
    return { corpus: () => this.#searchable(), isUnchanged: () => true };
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
    const known = this.#remembered.get(path);
    if (known !== undefined) return known;
    const content = { bytes: await this.#store.readBlob(entry.blob), mode: entry.mode };
    this.#remember(path, content);
    return content;
  }

  #searchable(): Promise<TextCorpus> {
    this.#corpus ??= buildTextCorpus(this.#snapshot, this.#store).catch((error: unknown) => {
      // The next search tries again.
      this.#corpus = null;
      throw error;
    });
    return this.#corpus;
  }

  #remember(path: string, content: FileContent): void {
    const { length } = content.bytes;
    if (length > MAX_REMEMBERED_BYTES || this.#remembered.has(path)) return;
    if (this.#rememberedBytes + length > MAX_REMEMBERED_BYTES) {
      this.#remembered.clear();
      this.#rememberedBytes = 0;
    }
    this.#remembered.set(path, content);
    this.#rememberedBytes += length;
  }
}
