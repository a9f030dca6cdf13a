/**
 * Dropping a run whole. Under the locks of those who decide about it, and as its owner, its folder is moved to
 * where nobody looks for runs: at that moment it is gone. Refs and files go afterwards; where a process is killed
 * in between, the folder's name still says what is to be done, and the next one does it.
 */
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { errorText } from '../../base/errorText.ts';
import type { Log } from '../../core/ports/log.ts';
import type { KeepReason } from '../../core/retention/planRetention.ts';
import type { ShadowKeeper } from '../adapters/git/shadow/shadowKeeper.ts';
import { applyLockFile, runLockFile } from '../adapters/locks/lockFiles.ts';
import { processIdentity } from '../adapters/locks/processIdentity.ts';
import { tryLock } from '../adapters/locks/processLock.ts';
import { syncFolder } from '../adapters/durableFiles.ts';
import { claimRun } from '../runs/claimRun.ts';
import { journalStamp } from '../runs/journalStamp.ts';
import { namesIn } from '../../node/namesIn.ts';
import { runDirectory } from '../adapters/store/runFolders.ts';

export interface DropOptions {
  readonly stateDirectory: string;
  /** Why it must stay after all, as it is at this moment; null when it may go. */
  readonly mustStay: () => Promise<DropRefusal | null>;
}

export type DropRefusal = KeepReason | 'beingDecided';

/** Takes a run out of the workspace's runs; tells why it stays when somebody needs it or just now decides about it. */
export async function takeRunOut(runId: string, options: DropOptions): Promise<DropRefusal | null> {
  const { stateDirectory } = options;
  const purpose = `drop run ${runId}`;
  return withFreeLocks(
    [applyLockFile(stateDirectory), runLockFile(stateDirectory, runId)],
    { purpose },
    async () => {
      const before = await journalStamp(runDirectory(stateDirectory, runId));
      return (await options.mustStay()) ?? moveOut(runId, { stateDirectory, before });
    },
  );
}

/** Deletes what was taken out, by this process or by one that was killed. What cannot be deleted waits for the next time. */
export async function finishDropping(options: {
  readonly stateDirectory: string;
  readonly keeper: ShadowKeeper;
  readonly log: Log;
}): Promise<void> {
  const { stateDirectory, keeper, log } = options;
  const folder = droppingFolder(stateDirectory);
  for (const runId of await namesIn(folder)) {
    try {
      await keeper.dropRefs([runId]);
      await rm(path.join(folder, runId), { recursive: true, force: true });
    } catch (error) {
      log.error('retention', 'cannot delete', { runId, error: errorText(error) });
    }
  }
}

function droppingFolder(stateDirectory: string): string {
  return path.join(stateDirectory, 'dropping');
}

async function moveOut(
  runId: string,
  looked: { readonly stateDirectory: string; readonly before: string },
): Promise<DropRefusal | null> {
  const { stateDirectory, before } = looked;
  const directory = runDirectory(stateDirectory, runId);
  const identity = await processIdentity(process.pid);
  const who = { pid: process.pid, startTime: Date.now(), identity };
  const mine = { ...who, socket: null, token: null, released: false };
  // A resume takes the run by its owner, not by the lock.
  const claimed = await claimRun(directory, mine);
  if (claimed.type === 'held') return 'active';
  try {
    // Somebody may have gone on with it, and be done, since it was looked at.
    if ((await journalStamp(directory)) !== before) {
      await claimed.ownership.release();
      return 'active';
    }
    await mkdir(droppingFolder(stateDirectory), { recursive: true, mode: 0o700 });
    await rename(directory, path.join(droppingFolder(stateDirectory), runId));
  } catch (error) {
    await claimed.ownership.release();
    throw error;
  }
  await syncFolder(droppingFolder(stateDirectory));
  await syncFolder(path.dirname(directory));
  return null;
}

/** Does something with several locks, unless one of them is taken. */
async function withFreeLocks(
  files: readonly string[],
  { purpose }: { readonly purpose: string },
  task: () => Promise<DropRefusal | null>,
): Promise<DropRefusal | null> {
  const [file, ...others] = files;
  if (file === undefined) return task();
  const claimed = await tryLock({ file, purpose });
  if (claimed.type === 'held') return 'beingDecided';
  try {
    return await withFreeLocks(others, { purpose }, task);
  } finally {
    await claimed.lock.release();
  }
}
