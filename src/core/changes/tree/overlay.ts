import type {
  FileChange,
  FileContent,
  FileView,
  SnapshotUnderneath,
} from '../../ports/fileView.ts';
import { contentSha256 } from '../text/fileContent.ts';
import { whyNotPlaceable, withPath, withoutPath } from './sortedPaths.ts';

export type OverlayResult =
  | { readonly type: 'ok' }
  | { readonly type: 'refused'; readonly reason: string };

const OK: OverlayResult = { type: 'ok' };

/**
 * An agent's private, copy-on-write view over a tree that never changes. Bytes that were handed in are
 * kept as they are and must not be changed afterwards.
 */
export class Overlay implements FileView {
  /** The tree that the agent started from. */
  readonly base: FileView;
  readonly #changes = new Map<string, FileChange>();
  readonly #reads = new Map<string, string | null>();
  /** Null while the paths are those of the base. */
  #paths: readonly string[] | null = null;

  constructor(base: FileView) {
    this.base = base;
  }

  list(): readonly string[] {
    return this.#paths ?? this.base.list();
  }

  get underneath(): SnapshotUnderneath | undefined {
    const { underneath } = this.base;
    if (underneath === undefined) return undefined;
    const isUnchanged = (path: string): boolean =>
      !this.#changes.has(path) && underneath.isUnchanged(path);
    return { corpus: underneath.corpus, isUnchanged };
  }

  has(path: string): boolean {
    const change = this.#changes.get(path);
    return change === undefined ? this.base.has(path) : change !== null;
  }

  async read(path: string): Promise<FileContent | null> {
    const change = this.#changes.get(path);
    if (change !== undefined) return change;
    const content = await this.base.read(path);
    this.#reads.set(path, contentSha256(content));
    return content;
  }

  /** Creates or replaces a file. */
  write(path: string, content: FileContent): OverlayResult {
    if (!this.has(path)) {
      const reason = whyNotPlaceable(this, path);
      if (reason !== null) return { type: 'refused', reason };
      this.#paths = withPath(this.list(), path);
    }
    this.#changes.set(path, content);
    return OK;
  }

  delete(path: string): OverlayResult {
    if (!this.has(path))
      return { type: 'refused', reason: `Cannot delete ${path}: there is no such file.` };
    this.#paths = withoutPath(this.list(), path);
    this.#changes.set(path, null);
    return OK;
  }

  /** Moves bytes and mode; refuses when something stands at the target. */
  async move(from: string, to: string): Promise<OverlayResult> {
    const content = await this.read(from);
    if (content === null)
      return { type: 'refused', reason: `Cannot move ${from}: there is no such file.` };
    if (this.has(to))
      return { type: 'refused', reason: `Cannot move ${from} to ${to}: that file exists.` };
    this.delete(from);
    const written = this.write(to, content);
    if (written.type === 'refused') this.write(from, content);
    return written;
  }

  /** What was written or deleted so far; null stands for deleted. Writes that change nothing are in it too. */
  changes(): ReadonlyMap<string, FileChange> {
    return this.#changes;
  }

  /** Sorted paths of the base that were looked at, present or not. */
  readPaths(): readonly string[] {
    return [...this.#reads.keys()].sort();
  }

  /** The same with the SHA-256 of what was found; null where there was no file. */
  readHashes(): ReadonlyMap<string, string | null> {
    return this.#reads;
  }
}
