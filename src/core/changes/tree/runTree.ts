import { appendAll } from '../../../base/appendAll.ts';
import { Mutex } from '../../../base/mutex.ts';
import type { FileChange, FileContent, FileView } from '../../ports/fileView.ts';
import { collectAgentChanges, type AgentChange } from './agentChanges.ts';
import { sameContent } from '../text/fileContent.ts';
import { Overlay } from './overlay.ts';
import { PathHistory } from './pathHistory.ts';
import {
  stageMerge,
  type MergeAuthor,
  type MergeConflict,
  type StagedMerge,
} from './stageMerge.ts';
import { hasAt, readAt, stateAt, underneathAt, type TreeStates } from './treeStates.ts';
import { TreeHasher } from './treeHasher.ts';

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
    return hasAt(this.#states, path, this.#version);
  }

  read(path: string): Promise<FileContent | null> {
    return readAt(this.#states, path, this.#version);
  }

  /** The tree as it is now, for ever. */
  freeze(): FileView {
    const [states, version, paths] = [this.#states, this.#version, this.#paths];
    return {
      list: () => paths,
      has: (path) => hasAt(states, path, version),
      read: (path) => readAt(states, path, version),
      underneath: underneathAt(states, version),
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
      const staged = this.#stage(order);
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

  get #states(): TreeStates {
    return { snapshot: this.#snapshot, histories: this.#histories };
  }

  #sortedHistories(): PathHistory[] {
    return [...this.#histories.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async #merge(order: MergeOrder): Promise<MergeReport> {
    await this.#openHistories(order.changes);
    return this.#commit(this.#stage(order), order);
  }

  /** All reading happens here, before anything is changed, so that a failed read leaves no half-merged tree. */
  async #openHistories(changes: readonly AgentChange[]): Promise<void> {
    for (const { path } of changes) {
      if (this.#histories.has(path)) continue;
      this.#histories.set(path, new PathHistory(path, await this.#snapshot.read(path)));
    }
  }

  #stage(order: MergeOrder): StagedMerge {
    return stageMerge({ paths: this.#paths, histories: this.#histories }, order);
  }

  #commit(staged: StagedMerge, { agentId, groupTitle, onMerged }: MergeOrder): MergeReport {
    if (staged.contents.size > 0) this.#version++;
    for (const [path, content] of staged.contents) {
      const history = this.#histories.get(path);
      history?.add({ version: this.#version, content, agentId, groupTitle });
      this.#hasher.set(path, history?.changeIdentity ?? null);
    }
    this.#paths = staged.paths;
    appendAll(this.#conflicts, staged.conflicts);
    const changedPaths = [...staged.contents.keys()].sort();
    const report: MergeReport = { changedPaths, conflicts: staged.conflicts };
    onMerged?.(report);
    return report;
  }
}
