import type { FileChange, SnapshotUnderneath } from '../ports/fileView.ts';

/** What the tools can do with files: an agent's own view, never the disk. */
export interface AgentFiles {
  /** Sorted paths that the agent can see. */
  list(): readonly string[];
  /** Present where most files need not be read to be searched. */
  readonly underneath?: SnapshotUnderneath | undefined;
  /** Text without byte order mark and with `\n` line ends. */
  readText(path: string): Promise<FileText>;
  writeText(path: string, text: string): Promise<FileEdit>;
  /** Takes a file over as it is, such as what a command left; null deletes it. */
  take(path: string, content: FileChange): Promise<FileEdit>;
  delete(path: string): Promise<FileEdit>;
  /** Takes bytes and mode along; refuses where something stands at the target. */
  move(from: string, to: string): Promise<FileEdit>;
}

export type FileText =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'refused'; readonly reason: string };

export type FileEdit =
  | { readonly type: 'done' }
  | { readonly type: 'refused'; readonly reason: string };
