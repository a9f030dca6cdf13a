import type { FileContent } from '../../ports/fileView.ts';
import type { FileRecord } from '../proposalRecord.ts';
import { carryOver } from '../tree/carryOver.ts';
import type { ReviewedRun } from './planAccept.ts';
import { composeFile, loadReviewFile } from './reviewFile.ts';

/** The left side of a diff against what the agents read; null when the file did not exist. */
export async function baseSide(review: ReviewedRun, path: string): Promise<FileContent | null> {
  const file = review.record.files.find((candidate) => candidate.path === path);
  return file === undefined ? null : (await loadReviewFile(file, review.contents)).base;
}

/**
 * The right side of the diff against the live file: the live text with all hunks in it that are not
 * rejected, so that nothing but pending hunks shows as a difference. Where they do not fit, the proposal
 * itself. Null when the proposal deletes the file.
 */
export async function proposedSide(review: ReviewedRun, path: string): Promise<FileContent | null> {
  const record = review.record.files.find((candidate) => candidate.path === path);
  const found = await review.readLive(path);
  const live = found.type === 'file' ? found.content : null;
  if (record === undefined) return live;
  const { from, to } = await proposedChange(review, record);
  if (found.type === 'unreadable') return to;
  const result = carryOver({ path, from, to, live });
  return result.type === 'fits' ? result.content : to;
}

/** The base with all hunks in it that are not rejected, whatever the live file is; null for a file that it deletes. */
export async function unmergedSide(review: ReviewedRun, path: string): Promise<FileContent | null> {
  const record = review.record.files.find((candidate) => candidate.path === path);
  return record === undefined ? null : (await proposedChange(review, record)).to;
}

/** A file with its accepted hunks (`from`), and with all hunks that are not rejected (`to`), whatever the live file is. */
export async function proposedChange(
  { decisions, contents }: Pick<ReviewedRun, 'decisions' | 'contents'>,
  record: FileRecord,
): Promise<{ readonly from: FileContent | null; readonly to: FileContent | null }> {
  const file = await loadReviewFile(record, contents);
  const accepted = decisions.acceptedByPath.get(record.path) ?? [];
  const wanted = record.current.hunks
    .map((hunk) => hunk.hunkId)
    .filter((hunkId) => decisions.hunkStates.get(hunkId) !== 'rejected');
  return { from: composeFile(file, accepted), to: composeFile(file, [...accepted, ...wanted]) };
}
