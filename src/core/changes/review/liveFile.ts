import type { FileRights } from '../../../protocol/proposals.ts';
import type { FileContent } from '../../ports/fileView.ts';

/** A workspace file as it is now: an open editor's text where there is one, else the disk. */
export type LiveFile =
  | {
      readonly type: 'file';
      readonly content: FileContent;
      /** Null where the file is in an editor only. */
      readonly rights: FileRights | null;
    }
  | {
      readonly type: 'missing';
      /** Folders above it that do not exist either, outermost first. */
      readonly missingFolders: readonly string[];
    }
  /** Something stands there that is no file, or its folder cannot be entered. */
  | { readonly type: 'unreadable'; readonly reason: string };

/** Reads a workspace file by its path relative to the workspace. */
export type ReadLive = (path: string) => Promise<LiveFile>;

/** The content of a file, or null where there is none; unreadable ones never come here. */
export function contentOf(live: Exclude<LiveFile, { type: 'unreadable' }>): FileContent | null {
  return live.type === 'file' ? live.content : null;
}

/** Why nothing can be decided about a path while it cannot be read. */
export function describeUnreadable(path: string, reason: string): string {
  return `Cannot apply ${path}: ${reason} Put the file back, or reject the change.`;
}
