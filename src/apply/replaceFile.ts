import { lstatSync, renameSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { describeThing } from './describeFileError.ts';
import type { FileWrite } from './fileWrite.ts';
import { holdFile, isUntouched, letGo, readWhole, sha256Of, type HeldFile } from './heldFile.ts';
import { keepBeside } from './keepBeside.ts';
import { hasSpecialBits, isReadOnlyMode, withExecutable } from './permissions.ts';
import { sha256IfThere } from './sha256IfThere.ts';
import { CHANGED_SINCE_REVIEW, refusal, success, type WriteResult } from './writeResult.ts';
import { rightsOf, writeTemporary } from './writeTemporary.ts';
import type { FileRights } from '../protocol/proposals.ts';

/**
 * Puts new bytes in the place of a file. They are written beside it and renamed into place, so that no
 * crash leaves half a file. Between the last look at the file and the rename nothing waits; what was
 * saved even in that moment is found by a look at the old file afterwards, and put back.
 */
export async function replaceFile(change: FileWrite, newBytes: Uint8Array): Promise<WriteResult> {
  const result = await holdFile(change.file, change.oldFile);
  if (result.type === 'missing') return refusal(CHANGED_SINCE_REVIEW);
  if (result.type === 'other') return refusal(describeThing(result.thing));
  const { held } = result;
  try {
    const reason = whyNotReplaced(change, held);
    return reason === null ? await replaceHeld(change, newBytes, held) : refusal(reason);
  } finally {
    await letGo(held);
    await rm(change.newFile, { force: true });
  }
}

/** Why a file that is held may not be touched; null when it may. */
export function whyNotReplaced(
  change: FileWrite,
  { stats, sha256, secondName }: HeldFile,
): string | null {
  if (sha256 !== change.expectedSha256) return CHANGED_SINCE_REVIEW;
  if (isReadOnlyMode(Number(stats.mode))) return 'The file is read-only.';
  const otherNames = Number(stats.nlink) - (secondName === null ? 1 : 2);
  if (otherNames <= 0) return null;
  return `The file has ${otherNames} more ${otherNames === 1 ? 'name' : 'names'} (hard links), which would no longer be the same file. Change it by hand.`;
}

async function replaceHeld(
  change: FileWrite,
  newBytes: Uint8Array,
  held: HeldFile,
): Promise<WriteResult> {
  const { file, newFile } = change;
  const ownerNote = await writeTemporary(newFile, newBytes, rightsAfter(change, held));
  const ours = lstatSync(newFile, { bigint: true }).ino;
  // From here to the rename nothing waits, so that nothing else runs in this process.
  if (!isUntouched(file, held)) return refusal(CHANGED_SINCE_REVIEW);
  renameSync(newFile, file);
  if ((await sha256Of(held.handle)) !== held.sha256) return giveBack({ change, held, ours });
  if ((await sha256IfThere(file)) !== change.newSha256) {
    return refusal('Another program wrote the file at the same moment.');
  }
  return success(joinNotes(ownerNote, specialBitsNote(held)));
}

/** A file keeps its rights; the executable bits follow the plan where it changes them. */
function rightsAfter({ rights, isExecutable }: FileWrite, { stats }: HeldFile): FileRights {
  const own = rightsOf(stats);
  const { before, after } = isExecutable;
  if (after === null || before === after) return own;
  if (rights !== null) return rights;
  return { ...own, permissions: withExecutable(own.permissions, after) };
}

/** Somebody saved into the old file after the last look: what they saved counts, ours does not. */
async function giveBack(hit: {
  readonly change: FileWrite;
  readonly held: HeldFile;
  readonly ours: bigint;
}): Promise<WriteResult> {
  const { change, held, ours } = hit;
  const { file } = change;
  const now = lstatSync(file, { bigint: true, throwIfNoEntry: false });
  if (now?.ino === ours && held.secondName !== null) {
    // The very file, not a copy: whoever is still writing into it goes on in sight.
    await rename(held.secondName, file);
    return refusal(
      'It was saved while it was being written. What was saved is in the file; accept again.',
    );
  }
  const kept = await keepBeside(file, await readWhole(held.handle));
  return refusal(`It was saved while it was being written. What was saved is in ${kept}.`);
}

function specialBitsNote({ stats }: HeldFile): string | null {
  if (!hasSpecialBits(Number(stats.mode))) return null;
  return 'Its set-user-id, set-group-id or sticky bit was not kept.';
}

function joinNotes(...notes: readonly (string | null)[]): string | null {
  const said = notes.filter((note) => note !== null);
  return said.length === 0 ? null : said.join(' ');
}
