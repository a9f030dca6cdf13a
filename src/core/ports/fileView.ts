import type { SharedTexts } from '../../protocol/threads/computeMessages.ts';

/** One file of a snapshot. `blob` is the content's git object id; `mode` is git's (0o100644, 0o100755, 0o120000). */
export interface SnapshotEntry {
  readonly path: string;
  readonly mode: number;
  readonly blob: string;
}

/** The immutable picture of the workspace that a run starts from. Paths are relative, with `/`, sorted by code unit. */
export interface Snapshot {
  /** Git tree id in the shadow repository. */
  readonly tree: string;
  readonly entries: readonly SnapshotEntry[];
  /** Paths that were left out, with the reason in words: too large, unreadable, a nested repository. */
  readonly leftOut: readonly { readonly path: string; readonly reason: string }[];
}

/** A file's content as it is, with nothing decoded. */
export interface FileContent {
  readonly bytes: Uint8Array;
  readonly mode: number;
}

/** The texts of a snapshot, laid out for searching. */
export interface TextCorpus {
  readonly shared: SharedTexts;
  /** Sorted paths of the texts. */
  readonly paths: readonly string[];
  /** False for a file that did not find room any more; what is no text is known to be none. */
  readonly knows: (path: string) => boolean;
}

/** What a view of files lies over, for whoever wants to search all of it. */
export interface SnapshotUnderneath {
  readonly corpus: () => Promise<TextCorpus>;
  /** Whether the file is still the snapshot's. */
  readonly isUnchanged: (path: string) => boolean;
}

/** Read access to one state of a tree. Hidden files are not in it at all. */
export interface FileView {
  /** Sorted paths. */
  list(): readonly string[];
  has(path: string): boolean;
  /** Null when there is no such file. */
  read(path: string): Promise<FileContent | null>;
  readonly underneath?: SnapshotUnderneath | undefined;
}

/** A change of one path against a tree; null means deleted. */
export type FileChange = FileContent | null;

/** What a command left behind at one path: a change against the tree that was shown, or why it is not kept. */
export type DirectoryChange =
  | { readonly type: 'changed'; readonly path: string; readonly content: FileChange }
  | { readonly type: 'leftOut'; readonly path: string; readonly reason: string };

/** A real directory that is one agent's until it is released. */
export interface WorkDirectory {
  /** Absolute. */
  readonly path: string;
  /** Makes it hold exactly this tree; from the second time on, ignored files stay as commands left them. */
  show(tree: string): Promise<void>;
  /** What differs now from the tree that was shown last, sorted by path; ignored files are not in it. */
  changes(): Promise<readonly DirectoryChange[]>;
  release(): void;
}

/** What commands need beside the tree before they run, made once for each directory. */
export interface DirectorySetup {
  /** Equal for what makes the same files. */
  readonly key: string;
  /** Runs in a directory that holds the snapshot; the ignored files that it leaves there go into every tree. */
  run(directory: string): Promise<void>;
}

/** What git gives us, behind the shadow repository: snapshots, their contents, trees on disk. */
export interface SnapshotStore {
  /** Takes a picture of the workspace; never touches the user's own index, objects or files. */
  takeSnapshot(options: {
    readonly runId: string;
    readonly signal: AbortSignal;
  }): Promise<Snapshot>;
  /** Opens an earlier one by its tree id. */
  openSnapshot(tree: string): Promise<Snapshot>;
  readBlob(blob: string): Promise<Uint8Array>;
  /** Git tree id of a snapshot with changes laid over it. */
  writeTree(tree: string, changes: ReadonlyMap<string, FileChange>): Promise<string>;
  /** Runs a task in a real directory that holds exactly this tree (and the ignored dependencies). */
  withDirectory<T>(
    tree: string,
    task: (directory: string) => Promise<T>,
    setup?: DirectorySetup,
  ): Promise<T>;
  /**
   * Waits for a directory, first come, first served. One that is to be kept for the whole life of an agent
   * waits for one of the few places that may be kept, so that others always get their turn.
   */
  openDirectory(options: {
    readonly use: 'command' | 'agent';
    readonly signal: AbortSignal;
    readonly setup?: DirectorySetup | undefined;
  }): Promise<WorkDirectory>;
}
