import type { FileContent } from '../../ports/fileView.ts';
import { contentSha256, sameContent } from '../text/fileContent.ts';
import type { HunkRange } from '../text/hunks.ts';
import { LineAuthors } from '../text/lineAuthors.ts';

/** The state of one path after one agent's merge. */
export interface PathVersion {
  /** Version of the run's tree that this state came with. */
  readonly version: number;
  readonly content: FileContent | null;
  readonly sha256: string | null;
  readonly agentId: number;
  readonly groupTitle: string;
}

/** All states of one path in a run, oldest first, over its content in the snapshot. */
export class PathHistory {
  readonly path: string;
  readonly base: FileContent | null;
  readonly baseSha256: string | null;
  readonly #versions: PathVersion[] = [];
  #authors: LineAuthors | null = null;
  #authored = 0;
  #isChanged = false;

  constructor(path: string, base: FileContent | null) {
    this.path = path;
    this.base = base;
    this.baseSha256 = contentSha256(base);
  }

  get versions(): readonly PathVersion[] {
    return this.#versions;
  }

  add(version: Omit<PathVersion, 'sha256'>): void {
    this.#versions.push({ ...version, sha256: contentSha256(version.content) });
    this.#isChanged = !sameContent(this.base, version.content);
  }

  /** The state at a version of the tree; undefined when the path had not been touched by then. */
  at(version: number): PathVersion | undefined {
    return this.#versions.findLast((candidate) => candidate.version <= version);
  }

  /** The content now. */
  get content(): FileContent | null {
    const last = this.#versions.at(-1);
    return last === undefined ? this.base : last.content;
  }

  /** Whether the content now differs from the snapshot. */
  get isChanged(): boolean {
    return this.#isChanged;
  }

  /** Names the content now among all contents of this path; null when it is that of the snapshot. */
  get changeIdentity(): string | null {
    if (!this.#isChanged) return null;
    const mode = this.content === null ? 'deleted' : this.content.mode.toString(8);
    return `${mode} ${this.#versions.at(-1)?.sha256 ?? ''}`;
  }

  /** Agents behind one hunk of the present version, in the order of their merges. */
  authorsOf(range: HunkRange): readonly number[] {
    const inOrder = this.agentIds();
    if (inOrder.length === 1) return inOrder;
    const authors = (this.#authors ??= new LineAuthors(this.base));
    for (const version of this.#versions.slice(this.#authored))
      authors.advance(version.content, version.agentId);
    this.#authored = this.#versions.length;
    const named = new Set(authors.authorsOf(range));
    return named.size === 0 ? inOrder : inOrder.filter((agentId) => named.has(agentId));
  }

  /** Every agent that touched the path, in the order of their merges. */
  agentIds(): readonly number[] {
    return [...new Set(this.#versions.map((version) => version.agentId))];
  }
}
