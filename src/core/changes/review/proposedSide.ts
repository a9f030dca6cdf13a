import type { FileContent } from '../../ports/fileView.ts';
import { carryOver } from '../tree/carryOver.ts';
import type { Review } from './planAccept.ts';
import { composeFile, loadReviewFile } from './reviewFile.ts';

/** The left side of a diff against what the agents read; null when the file did not exist. */
export async function baseSide(review: Review, path: string): Promise<FileContent | null> {
  const file = review.record.files.find((candidate) => candidate.path === path);
  return file === undefined ? null : (await loadReviewFile(file, review.contents)).base;
}

/**
 * The right side of the diff against the live file: the live text with all hunks in it that are not
 * rejected, so that nothing but pending hunks shows as a difference. Where they do not fit, the proposal
 * itself. Null when the proposal deletes the file.
 */
export async function proposedSide(review: Review, path: string): Promise<FileContent | null> {
  const record = review.record.files.find((candidate) => candidate.path === path);
  const live = await review.readLive(path);
  if (record === undefined) return live;
  const file = await loadReviewFile(record, review.contents);
  const { hunkStates, acceptedByPath } = review.decisions;
  const accepted = acceptedByPath.get(path) ?? [];
  const wanted = record.current.hunks
    .map((hunk) => hunk.hunkId)
    .filter((hunkId) => hunkStates.get(hunkId) !== 'rejected');
  const from = composeFile(file, accepted);
  const to = composeFile(file, [...accepted, ...wanted]);
  const result = carryOver({ path, from, to, live });
  return result.type === 'fits' ? result.content : to;
}
