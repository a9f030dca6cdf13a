import type { FileContent } from '../../ports/fileView.ts';
import type { BlobStore } from '../../ports/runStore.ts';
import { splitLines } from '../../../base/lines.ts';
import { loadContent } from '../tree/agentChanges.ts';
import { fromByteText, toByteText } from '../text/fileContent.ts';
import { applyHunks } from '../text/hunks.ts';
import type { FileRecord, HunkRecord, ProposedVersion } from '../proposalRecord.ts';

/** A file's proposal with its texts at hand. */
export interface ReviewFile {
  readonly record: FileRecord;
  readonly base: FileContent | null;
  /** The present version first. */
  readonly versions: readonly LoadedVersion[];
}

interface LoadedVersion {
  readonly content: FileContent | null;
  readonly isText: boolean;
  readonly hunks: readonly PlacedHunk[];
}

interface PlacedHunk {
  readonly hunkId: string;
  readonly baseStart: number;
  readonly baseLines: number;
  readonly newText: string;
}

/** Where bytes come from; the run's blob store is one. */
export type ContentSource = Pick<BlobStore, 'get'>;

/** Loads the texts that a record names. */
export async function loadReviewFile(
  record: FileRecord,
  source: ContentSource,
): Promise<ReviewFile> {
  const versions: LoadedVersion[] = [];
  for (const version of [record.current, ...record.earlier])
    versions.push(await loadVersion(version, source));
  return { record, base: await loadContent(record.base, source), versions };
}

/**
 * The file's base with the named hunks in it, later names first in right where two of them cover the same
 * lines. Names that this file does not know are passed over.
 */
export function composeFile(file: ReviewFile, hunkIds: readonly string[]): FileContent | null {
  const picked: PlacedHunk[] = [];
  for (const hunkId of [...new Set(hunkIds)].reverse()) {
    const version = file.versions.find((one) => one.hunks.some((hunk) => hunk.hunkId === hunkId));
    if (version === undefined) continue;
    if (!version.isText && picked.length === 0) return version.content;
    const hunk = version.hunks.find((candidate) => candidate.hunkId === hunkId);
    if (!version.isText || hunk === undefined || picked.some((other) => touches(hunk, other)))
      continue;
    picked.push(hunk);
  }
  return file.base === null || picked.length === 0 ? file.base : withHunks(file, file.base, picked);
}

async function loadVersion(
  version: ProposedVersion,
  source: ContentSource,
): Promise<LoadedVersion> {
  const content = await loadContent(version.proposed, source);
  const isText = version.kind === 'modify';
  const lines = isText && content !== null ? splitLines(toByteText(content.bytes)) : [];
  return { content, isText, hunks: version.hunks.map((hunk) => placeHunk(hunk, lines)) };
}

function placeHunk(hunk: HunkRecord, lines: readonly string[]): PlacedHunk {
  const { hunkId, baseStart, baseLines, proposedStart, proposedLines } = hunk;
  const start = proposedStart - 1;
  return {
    hunkId,
    baseStart,
    baseLines,
    newText: lines.slice(start, start + proposedLines).join(''),
  };
}

function touches(a: PlacedHunk, b: PlacedHunk): boolean {
  return a.baseStart <= b.baseStart + b.baseLines && b.baseStart <= a.baseStart + a.baseLines;
}

function withHunks(
  file: ReviewFile,
  base: FileContent,
  picked: readonly PlacedHunk[],
): FileContent {
  const inOrder = [...picked].sort((a, b) => a.baseStart - b.baseStart);
  const text = applyHunks(toByteText(base.bytes), inOrder, () => true);
  const names = new Set(picked.map((hunk) => hunk.hunkId));
  const present = file.versions[0];
  // A new mode comes with the last hunk of the proposal, as part of the whole.
  const isWhole = present?.hunks.every((hunk) => names.has(hunk.hunkId)) === true;
  const mode = isWhole ? (present.content?.mode ?? base.mode) : base.mode;
  return { bytes: fromByteText(text), mode };
}
