/**
 * Who uses the objects of the shadow repository, and who takes objects out of it. A snapshot writes contents
 * before anything refers to them, and counts on those that it finds there: while one is taken, nothing may go.
 * Uses go on side by side. Tidying up is alone, and gives way: it does not begin while there is a use, and
 * stops when one comes, which waits for that moment only.
 *
 * A use shows itself first and then looks for who tidies up; who tidies up takes the lock first and then looks
 * for uses: of two that come at the same moment at least one sees the other.
 */
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isLabelAlive, newLabel, pidOfLabel } from '../../locks/lockLabel.ts';
import { SHADOW_WAIT_MS, shadowLockFile, shadowUsersFolder } from '../../locks/lockFiles.ts';
import type { LockHolder } from '../../locks/lockHolder.ts';
import { heldError, lockHolder, tryLock } from '../../locks/processLock.ts';
import { pause } from '../../../../node/pause.ts';
import { namesIn } from '../../../../node/namesIn.ts';
import { inPrivateFolder } from '../../inPrivateFolder.ts';

/** Pause between two looks for somebody who wants to use it: so long a snapshot waits at most, beside the git that ends. */
const LOOK_MS = 25;

export type Tidied<T> =
  | { readonly type: 'done'; readonly value: T }
  /** Others use it, or tidy it up. */
  | { readonly type: 'busy'; readonly by: LockHolder };

/** Does something during which no object goes away. */
export async function useShadow<T>(stateDirectory: string, task: () => Promise<T>): Promise<T> {
  const sign = path.join(shadowUsersFolder(stateDirectory), await newLabel());
  await inPrivateFolder(sign, () => writeFile(sign, '', { flag: 'wx', mode: 0o600 }));
  try {
    await waitUntilUntouched(stateDirectory);
    return await task();
  } finally {
    await rm(sign, { force: true });
  }
}

/** Takes objects out; the signal is aborted when somebody needs the repository, and the task must then end soon. */
export async function tidyShadow<T>(
  stateDirectory: string,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<Tidied<T>> {
  const file = shadowLockFile(stateDirectory);
  const claimed = await tryLock({ file, purpose: 'tidy up the shadow repository' });
  if (claimed.type === 'held') return { type: 'busy', by: claimed.by };
  const way = new AbortController();
  const look = async (): Promise<LockHolder | null> => {
    const user = await findUser(stateDirectory);
    if (user !== null) way.abort(new Error('Somebody needs the shadow repository.'));
    return user;
  };
  try {
    const user = await look();
    if (user !== null) return { type: 'busy', by: user };
    return await taskOrWay(task, { signal: way.signal, look });
  } finally {
    await claimed.lock.release();
  }
}

async function taskOrWay<T>(
  task: (signal: AbortSignal) => Promise<T>,
  way: { readonly signal: AbortSignal; readonly look: () => Promise<LockHolder | null> },
): Promise<Tidied<T>> {
  const work = { isOver: false };
  const looking = (async (): Promise<LockHolder | null> => {
    for (;;) {
      await pause(LOOK_MS);
      if (work.isOver) return null;
      const user = await way.look();
      if (user !== null) return user;
    }
  })();
  // Its failure is told when the task has ended, and ends the task only in that nobody looks any more.
  looking.catch(() => undefined);
  const [result] = await Promise.allSettled([
    task(way.signal).finally(() => {
      work.isOver = true;
    }),
  ]);
  const user = await looking;
  if (result.status === 'fulfilled') return { type: 'done', value: result.value };
  if (user === null) throw result.reason;
  return { type: 'busy', by: user };
}

async function waitUntilUntouched(stateDirectory: string): Promise<void> {
  const file = shadowLockFile(stateDirectory);
  const deadlineMs = performance.now() + SHADOW_WAIT_MS;
  for (;;) {
    const holder = await lockHolder(file);
    if (holder === null) return;
    if (performance.now() > deadlineMs) {
      throw heldError({ file, purpose: 'use the shadow repository' }, holder);
    }
    await pause(LOOK_MS);
  }
}

/** A living process that uses it; signs of dead ones are taken away. */
async function findUser(stateDirectory: string): Promise<LockHolder | null> {
  const folder = shadowUsersFolder(stateDirectory);
  for (const name of await namesIn(folder)) {
    if (await isLabelAlive(name)) return { pid: pidOfLabel(name), sinceMs: Date.now() };
    await rm(path.join(folder, name), { force: true });
  }
  return null;
}
