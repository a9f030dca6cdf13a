import { describeThing } from './describeFileError.ts';
import { openRegularFile } from '../node/regularFile.ts';
import type { FileWrite } from './fileWrite.ts';
import { sha256Of } from './heldFile.ts';
import { isExecutableMode, isReadOnlyMode, withExecutable } from './permissions.ts';
import { CHANGED_SINCE_REVIEW, refusal, success, type WriteResult } from './writeResult.ts';

/**
 * Sets or clears the executable bits of a file whose bytes stay. Hard links are one file, so that they
 * keep up. Without an expected hash the bytes do not matter: an editor holds others.
 */
export async function changeMode(change: FileWrite): Promise<WriteResult> {
  const { expectedSha256 } = change;
  const { before, after } = change.isExecutable;
  const opened = await openRegularFile(change.file);
  if (opened.type === 'missing') return refusal(CHANGED_SINCE_REVIEW);
  if (opened.type === 'other') return refusal(describeThing(opened.thing));
  const { handle, stats } = opened;
  try {
    const mode = Number(stats.mode);
    if (expectedSha256 !== null && (await sha256Of(handle)) !== expectedSha256)
      return refusal(CHANGED_SINCE_REVIEW);
    if (before !== null && isExecutableMode(mode) !== before) return refusal(CHANGED_SINCE_REVIEW);
    if (after === null || before === after) return success();
    if (isReadOnlyMode(mode)) return refusal('The file is read-only.');
    // The special bits stay: nothing of the content changes.
    const bits = change.rights?.permissions ?? withExecutable(mode & 0o777, after);
    await handle.chmod((mode & 0o7000) | bits);
    const { mode: now } = await handle.stat();
    return isExecutableMode(now) === after
      ? success()
      : refusal('This file system keeps no executable bit.');
  } finally {
    await handle.close();
  }
}
