import { sha256Hex } from '../node/sha256Hex.ts';
import type { PlannedWrite } from '../protocol/proposals.ts';
import { changeMode } from './changeMode.ts';
import { createFile } from './createFile.ts';
import { deleteFile } from './deleteFile.ts';
import type { FileWrite } from './fileWrite.ts';
import { isExecutableMode } from './permissions.ts';
import { replaceFile } from './replaceFile.ts';
import { resolveTarget } from './resolveTarget.ts';
import { temporaryFilesFor } from './temporaryFiles.ts';
import { refusal, success, type WriteResult } from './writeResult.ts';

/** A file that an editor holds with unsaved changes. */
export interface UnsavedDocument {
  /**
   * Changes the text by a minimal edit if saving it would write what is expected, and leaves it
   * unsaved; gives the reason when it did not.
   */
  replace(expectedSha256: string | null, newBytes: Uint8Array): Promise<string | null>;
}

/** Where a plan is carried out. */
export interface ApplySite {
  /** The folder that plans' paths are relative to. */
  readonly folder: string;
  /** The document with unsaved changes under one of these names of a file; null where no editor has one. */
  readonly findUnsaved?: (files: readonly string[]) => UnsavedDocument | null;
}

/** Carries out one write. */
export async function writePlanned(
  decisionId: string,
  write: PlannedWrite,
  site: ApplySite,
): Promise<WriteResult> {
  const newBytes = decodeBytes(write);
  if (newBytes === 'damaged') return refusal('The proposed bytes arrived damaged.');
  const target = await resolveTarget(site.folder, write.path);
  if (target.type === 'refused') return target;
  const { file, realFile } = target;
  const change = toChange({ decisionId, write, newBytes, realFile });
  const unsaved = site.findUnsaved?.([file, realFile]) ?? null;
  return unsaved === null ? writeSaved(change) : writeUnsaved(change, unsaved);
}

function decodeBytes({ newBytesBase64, newSha256 }: PlannedWrite): Uint8Array | null | 'damaged' {
  if (newBytesBase64 === null) return newSha256 === null ? null : 'damaged';
  const bytes = Buffer.from(newBytesBase64, 'base64');
  return sha256Hex(bytes) === newSha256 ? bytes : 'damaged';
}

function toChange(of: {
  readonly decisionId: string;
  readonly write: PlannedWrite;
  readonly newBytes: Uint8Array | null;
  readonly realFile: string;
}): FileWrite {
  const { decisionId, write, newBytes, realFile } = of;
  const { path, expectedSha256, expectedMode, newSha256, mode, rights } = write;
  return {
    file: realFile,
    ...temporaryFilesFor({ decisionId, path, realFile }),
    expectedSha256,
    newBytes,
    newSha256,
    isExecutable: {
      before: expectedMode === null ? null : isExecutableMode(expectedMode),
      after: newBytes === null ? null : isExecutableMode(mode),
    },
    rights,
  };
}

function writeSaved(change: FileWrite): Promise<WriteResult> {
  const { expectedSha256, newSha256, newBytes } = change;
  if (newBytes === null) return deleteFile(change);
  if (expectedSha256 === null) return createFile(change, newBytes);
  return expectedSha256 === newSha256 ? changeMode(change) : replaceFile(change, newBytes);
}

/** The text is changed where the user works on it; the executable bit is on the disk all the same. */
async function writeUnsaved(change: FileWrite, document: UnsavedDocument): Promise<WriteResult> {
  const { expectedSha256, newSha256, newBytes } = change;
  if (newBytes === null) return refusal('It has unsaved changes. Save or revert them first.');
  if (expectedSha256 !== newSha256) {
    const reason = await document.replace(expectedSha256, newBytes);
    if (reason !== null) return refusal(reason);
  }
  const { before, after } = change.isExecutable;
  if (before === null || before === after) return success();
  return changeMode({ ...change, expectedSha256: null });
}
