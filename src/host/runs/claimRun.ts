/** Makes this process the one owner of a run, whatever others try at the same moment. */
import path from 'node:path';
import { writeDurably } from '../adapters/durableFiles.ts';
import { replaceStale } from '../adapters/locks/staleClaim.ts';
import { isOwnerAlive, ownerPath, parseOwner, readOwnerText, type RunOwner } from './runOwner.ts';
import { pause } from '../../node/pause.ts';

/** What a process that owns a run can do about that. */
export interface Ownership {
  /** Gives the run back; the file goes on to say who had it last. */
  release(): Promise<void>;
}

export type ClaimResult =
  | { readonly type: 'claimed'; readonly ownership: Ownership }
  | { readonly type: 'held'; readonly by: RunOwner };

/** Looks at a claim that another process is about to finish: it writes one small file. */
const MAX_TRIES = 200;
const RETRY_MS = 10;

/** Takes the run, unless a living process has it. */
export async function claimRun(directory: string, mine: RunOwner): Promise<ClaimResult> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const before = await readOwnerText(directory);
    const present = parseOwner(before);
    if (present !== null && (await isOwnerAlive(present))) return { type: 'held', by: present };
    const dead = {
      prefix: path.join(directory, 'owner'),
      seen: before,
      readAgain: () => readOwnerText(directory),
    };
    const replacement = await replaceStale(dead, () =>
      writeDurably(ownerPath(directory), JSON.stringify(mine)),
    );
    if (replacement.type === 'replaced') {
      return { type: 'claimed', ownership: { release: () => release(directory, mine) } };
    }
    await pause(RETRY_MS);
  }
  throw new Error(
    `Cannot take over the run in ${directory}: other processes keep taking it. Try again.`,
  );
}

// Nobody else writes the file while the owner lives, so that it needs no claim to say that it is done.
async function release(directory: string, mine: RunOwner): Promise<void> {
  const done = { ...mine, socket: null, token: null, released: true };
  await writeDurably(ownerPath(directory), JSON.stringify(done));
}
