import { assertNever } from '../../../base/assertNever.ts';
import { Mutex } from '../../../base/mutex.ts';
import type {
  FileChange,
  FileContent,
  FileView,
  SnapshotUnderneath,
} from '../../ports/fileView.ts';
import { collectAgentChanges, type AgentChange } from './agentChanges.ts';
import { sameContent, SYMLINK_MODE } from '../text/fileContent.ts';
import { mergeContents, nearLines, type MergeObstacle } from '../text/mergeContents.ts';
import { Overlay } from './overlay.ts';
import { PathHistory } from './pathHistory.ts';
import { includesPath, whyNotPlaceable, withoutPath, withPath } from './sortedPaths.ts';
import { TreeHasher } from './treeHasher.ts';

/** Whose changes are merged, and under which heading they are reviewed. */
export interface MergeAuthor {
  readonly agentId: number;
  readonly groupTitle: string;
}

/** An edit that did not fit on the tree. The tree kept `ours`; nothing of `theirs` is lost. */
export interface MergeConflict extends MergeAuthor {
  readonly path: string;
  readonly reason: string;
  /** Agents behind `ours`, in the order of their merges. */
  readonly oursAgentIds: readonly number[];
  readonly base: FileContent | null;
  readonly ours: FileContent | null;
  readonly theirs: FileContent | null;
}

export interface MergeReport {
  /** Sorted paths whose content in the tree is different now. */
  readonly changedPaths: readonly string[];
  readonly conflicts: readonly MergeConflict[];
}

/** A merge to carry out. */
export interface MergeOrder extends MergeAuthor {
  readonly changes: readonly AgentChange[];
  /** Called before any other merge can begin: what it writes down is in the order of the merges. */
  readonly onMerged?: ((report: MergeReport) => void) | undefined;
}

/**
 * The one proposed tree of a run: a snapshot and all that agents changed on it. Every state that it ever
 * had stays readable, which is how an agent keeps the frozen picture that it started from.
 */
export class RunTree implements FileView {
  readonly #snapshot: FileView;
  readonly #hasher: TreeHasher;
  readonly #histories = new Map<string, PathHistory>();
  readonly #conflicts: MergeConflict[] = [];
  readonly #merging = new Mutex();
  #paths: readonly string[];
  #version = 0;

  constructor(options: { readonly snapshot: FileView; readonly snapshotTree: string }) {
    this.#snapshot = options.snapshot;
    this.#hasher = new TreeHasher(options.snapshotTree);
    this.#paths = options.snapshot.list();
  }

  /** Rises by one with each merge that changed something. */
  get version(): number {
    return this.#version;
  }

  list(): readonly string[] {
    return this.#paths;
  }

  has(path: string): boolean {
    return hasAt(this.#lookup, path, this.#version);
  }

  read(path: string): Promise<FileContent | null> {
    return readAt(this.#lookup, path, this.#version);
  }

  /** The tree as it is now, for ever. */
  freeze(): FileView {
    const [lookup, version, paths] = [this.#lookup, this.#version, this.#paths];
    return {
      list: () => paths,
      has: (path) => hasAt(lookup, path, version),
      read: (path) => readAt(lookup, path, version),
      underneath: underneathAt(lookup, version),
    };
  }

  /** A private view for one agent over the tree as it is now. */
  startOverlay(): Overlay {
    return new Overlay(this.freeze());
  }

  /** Merges what an agent changed. Calls are carried out one after the other, in their order. */
  async mergeOverlay(options: MergeAuthor & { readonly overlay: Overlay }): Promise<MergeReport> {
    return this.#merging.run(async () => {
      const changes = await collectAgentChanges(options.overlay);
      return this.#merge({ ...options, changes });
    });
  }

  /** The same for recorded changes. */
  mergeChanges(order: MergeOrder): Promise<MergeReport> {
    return this.#merging.run(() => this.#merge(order));
  }

  /** Merges recorded changes only when all of them fit; else the tree is left as it is, and `onMerged` is not called. */
  mergeChangesIfAllFit(order: MergeOrder): Promise<MergeReport> {
    return this.#merging.run(async () => {
      await this.#openHistories(order.changes);
      const staged = this.#stage(order.changes, order);
      if (staged.conflicts.length === 0) return this.#commit(staged, order);
      return { changedPaths: [], conflicts: staged.conflicts };
    });
  }

  /** Edits that did not fit, oldest first. */
  conflicts(): readonly MergeConflict[] {
    return this.#conflicts;
  }

  /** The present content of a path that some merge has looked at, also one that did not fit. */
  mergedContent(path: string): FileContent | null {
    return this.#histories.get(path)?.content ?? null;
  }

  /** Paths that differ from the snapshot, with their present content; null stands for deleted. Sorted. */
  changes(): ReadonlyMap<string, FileChange> {
    return new Map(this.changedHistories().map((history) => [history.path, history.content]));
  }

  /** The same for an earlier version of this tree. */
  changesAt(version: number): ReadonlyMap<string, FileChange> {
    const states = this.#sortedHistories().map((history) => ({
      path: history.path,
      base: history.base,
      content: stateAt(history, version),
    }));
    const changed = states.filter(({ base, content }) => !sameContent(base, content));
    return new Map(changed.map(({ path, content }) => [path, content]));
  }

  /** Sorted paths that differ from the snapshot. */
  changedPaths(): readonly string[] {
    return this.changedHistories().map((history) => history.path);
  }

  /** Sorted paths that were changed after an earlier version of this tree. */
  changedPathsSince(version: number): readonly string[] {
    return this.#sortedHistories()
      .filter((history) => !sameContent(stateAt(history, version), history.content))
      .map((history) => history.path);
  }

  /** Histories of the paths that differ from the snapshot, sorted by path. */
  changedHistories(): readonly PathHistory[] {
    return this.#sortedHistories().filter((history) => history.isChanged);
  }

  /** Identity of the content: equal for equal trees, however they came about. */
  treeHash(): string {
    return this.#hasher.value();
  }

  get #lookup(): Lookup {
    return { snapshot: this.#snapshot, histories: this.#histories };
  }

  #sortedHistories(): PathHistory[] {
    return [...this.#histories.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async #merge(order: MergeOrder): Promise<MergeReport> {
    await this.#openHistories(order.changes);
    return this.#commit(this.#stage(order.changes, order), order);
  }

  /** All reading happens here, before anything is changed, so that a failed read leaves no half-merged tree. */
  async #openHistories(changes: readonly AgentChange[]): Promise<void> {
    for (const { path } of changes) {
      if (this.#histories.has(path)) continue;
      this.#histories.set(path, new PathHistory(path, await this.#snapshot.read(path)));
    }
  }

  /** Works out a merge without carrying it out. */
  #stage(changes: readonly AgentChange[], author: MergeAuthor): StagedMerge {
    const staged: StagedMerge = { contents: new Map(), paths: this.#paths, conflicts: [] };
    for (const change of deletesFirst(changes)) {
      const history = this.#histories.get(change.path);
      const ours = history?.content ?? null;
      const merged = mergeOnto(staged.paths, ours, change);
      if (merged.type === 'conflict') {
        const { path, base, proposed: theirs } = change;
        const { agentId, groupTitle } = author;
        const oursAgentIds = history?.agentIds() ?? [];
        const sides = { oursAgentIds, base, ours, theirs };
        staged.conflicts.push({ path, agentId, groupTitle, reason: merged.reason, ...sides });
      } else if (!sameContent(ours, merged.content)) {
        staged.contents.set(change.path, merged.content);
        staged.paths = (merged.content === null ? withoutPath : withPath)(
          staged.paths,
          change.path,
        );
      }
    }
    return staged;
  }

  #commit(staged: StagedMerge, { agentId, groupTitle, onMerged }: MergeOrder): MergeReport {
    if (staged.contents.size > 0) this.#version++;
    for (const [path, content] of staged.contents) {
      const history = this.#histories.get(path);
      history?.add({ version: this.#version, content, agentId, groupTitle });
      this.#hasher.set(path, history?.changeIdentity ?? null);
    }
    this.#paths = staged.paths;
    this.#conflicts.push(...staged.conflicts);
    const changedPaths = [...staged.contents.keys()].sort();
    const report: MergeReport = { changedPaths, conflicts: staged.conflicts };
    onMerged?.(report);
    return report;
  }
}

interface StagedMerge {
  readonly contents: Map<string, FileContent | null>;
  paths: readonly string[];
  readonly conflicts: MergeConflict[];
}

/** What a frozen view needs of its tree. */
interface Lookup {
  readonly snapshot: FileView;
  readonly histories: ReadonlyMap<string, PathHistory>;
}

function underneathAt(
  { snapshot, histories }: Lookup,
  version: number,
): SnapshotUnderneath | undefined {
  const { underneath } = snapshot;
  if (underneath === undefined) return undefined;
  const isUnchanged = (path: string): boolean => histories.get(path)?.at(version) === undefined;
  return { corpus: underneath.corpus, isUnchanged };
}

function hasAt({ snapshot, histories }: Lookup, path: string, version: number): boolean {
  const state = histories.get(path)?.at(version);
  return state === undefined ? snapshot.has(path) : state.content !== null;
}

async function readAt(
  { snapshot, histories }: Lookup,
  path: string,
  version: number,
): Promise<FileContent | null> {
  const history = histories.get(path);
  return history === undefined ? snapshot.read(path) : stateAt(history, version);
}

function stateAt(history: PathHistory, version: number): FileContent | null {
  const state = history.at(version);
  return state === undefined ? history.base : state.content;
}

/** A file that becomes a folder must be gone before something stands in that folder. */
function deletesFirst(changes: readonly AgentChange[]): AgentChange[] {
  const deletes = changes.filter((change) => change.proposed === null);
  return [...deletes, ...changes.filter((change) => change.proposed !== null)];
}

type OntoResult =
  | { readonly type: 'merged'; readonly content: FileContent | null }
  | { readonly type: 'conflict'; readonly reason: string };

function mergeOnto(
  paths: readonly string[],
  ours: FileContent | null,
  { path, base, proposed }: AgentChange,
): OntoResult {
  if ([base, ours, proposed].some((content) => content?.mode === SYMLINK_MODE))
    return { type: 'conflict', reason: 'Symbolic links are not changed by proposals.' };
  const merged = mergeContents({ base, ours, theirs: proposed });
  if (merged.type === 'conflict')
    return { type: 'conflict', reason: describeObstacle(merged.obstacle) };
  if (merged.content === null || ours !== null) return merged;
  const view = { list: () => paths, has: (name: string) => includesPath(paths, name) };
  const reason = whyNotPlaceable(view, path);
  return reason === null ? merged : { type: 'conflict', reason };
}

function describeObstacle(obstacle: MergeObstacle): string {
  switch (obstacle.cause) {
    case 'bothCreated':
      return 'Another agent created this file, with other content.';
    case 'deletedAndChanged':
      return 'One agent deleted this file and another one changed it.';
    case 'modes':
      return 'Another agent changed the mode of this file.';
    case 'notText':
      return 'Another agent changed this file, and it is not a text file.';
    case 'encodings':
      return 'Another agent changed this file, in another encoding.';
    case 'lines':
      return `Another agent changed the same lines (${nearLines(obstacle.baseLines)}).`;
    default:
      return assertNever(obstacle);
  }
}
