import { lstatSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { linkBack } from './createFile.ts';
import { describeThing } from './describeFileError.ts';
import type { FileWrite } from './fileWrite.ts';
import { holdFile, isUntouched, letGo, sha256Of, type HeldFile } from './heldFile.ts';
import { moveBeside } from './keepBeside.ts';
import { whyNotReplaced } from './replaceFile.ts';
import { CHANGED_SINCE_REVIEW, refusal, success, type WriteResult } from './writeResult.ts';

/**
 * Deletes a file. It is renamed out of its place first, which takes whatever stands there at that very
 * moment, and goes for good only when that is what the decision was made on.
 */
export async function deleteFile(change: FileWrite): Promise<WriteResult> {
  const result = await holdFile(change.file, null);
  if (result.type === 'missing') return refusal(CHANGED_SINCE_REVIEW);
  if (result.type === 'other') return refusal(describeThing(result.thing));
  const { held } = result;
  try {
    const reason = whyNotReplaced(change, held);
    return reason === null ? await takeAway(change, held) : refusal(reason);
  } finally {
    await letGo(held);
  }
}

async function takeAway(change: FileWrite, held: HeldFile): Promise<WriteResult> {
  const { file, oldFile: taken } = change;
  if (!isUntouched(file, held)) return refusal(CHANGED_SINCE_REVIEW);
  renameSync(file, taken);
  const isTheSame = lstatSync(taken, { bigint: true }).ino === held.stats.ino;
  if (isTheSame && (await sha256Of(held.handle)) === held.sha256) {
    await rm(taken);
    return success();
  }
  return giveBack(file, taken);
}

async function giveBack(file: string, taken: string): Promise<WriteResult> {
  const isBack = await linkBack(taken, file).catch(() => false);
  // It may be a folder by now, which has one name only: moved, it is in sight again.
  const kept = isBack ? null : await moveBeside(file, taken);
  if (isBack) await rm(taken);
  const where = kept === null ? 'in the file' : `in ${kept}`;
  return refusal(
    `It was saved while it was being deleted. What was saved is ${where}; decide again.`,
  );
}
