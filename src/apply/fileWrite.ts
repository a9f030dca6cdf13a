import type { FileRights } from '../protocol/proposals.ts';

/** A file as it must be before and shall be after; null stands for "does not exist". */
export interface FileWrite {
  /** Absolute, with no link on the way. */
  readonly file: string;
  /** Names beside it that this write may use. */
  readonly newFile: string;
  readonly oldFile: string;
  readonly expectedSha256: string | null;
  readonly newBytes: Uint8Array | null;
  readonly newSha256: string | null;
  /** The executable bit before and after; null where the file does not exist. */
  readonly isExecutable: { readonly before: boolean | null; readonly after: boolean | null };
  /** Rights that an undo gives back; null where the file keeps its own. */
  readonly rights: FileRights | null;
}
