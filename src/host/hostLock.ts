/** One host for each workspace: the lock file says who it is and how to reach it. */
import { link, lstat, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { errorCode } from '../base/errorText.ts';
import { HostLock } from '../protocol/host/hostRpc.ts';
import { replaceStale, type Replacement } from './adapters/locks/staleClaim.ts';
import { readIfThere } from '../node/readIfThere.ts';
import { pause } from '../node/pause.ts';
import { sha256Hex } from '../node/sha256Hex.ts';
import { socketAnswers } from '../node/socketAnswers.ts';
import { parseJsonAs } from '../base/parseJsonAs.ts';

/** Unix socket paths hold about 104 bytes; beyond this a short one in the temp folder is used. */
const MAX_SOCKET_PATH = 100;

/** Where the lock of a state root is. */
function hostLockPath(stateDirectory: string): string {
  return join(stateDirectory, 'host.lock.json');
}

/** Where a process of a state root listens: its host, or a command line that runs something. */
export function socketPathFor(
  stateDirectory: string,
  name: 'host' | 'control',
  pid: number,
): string {
  const hash = sha256Hex(stateDirectory).slice(0, 12);
  if (process.platform === 'win32') return `\\\\.\\pipe\\muster-${hash}-${name}-${pid}`;
  const inState = join(stateDirectory, `${name}-${pid}.sock`);
  if (inState.length <= MAX_SOCKET_PATH) return inState;
  return join(tmpdir(), `muster-${hash}`, `${name}-${pid}.sock`);
}

/** Makes the socket's folder, which only this user can enter, and takes away what a dead process left there. */
export async function prepareSocketFolder(socketPath: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = dirname(socketPath);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = await lstat(folder);
  // In the temp folder anybody may have made it before.
  if (uid !== process.getuid?.() || (mode & OTHERS_BITS) !== 0) {
    throw new Error(`Cannot listen in ${folder}: other users can access it. Remove that folder.`);
  }
  await rm(socketPath, { force: true });
}

const OTHERS_BITS = 0o077;

/**
 * Takes the lock, or gives the lock of the host that lives. Whoever takes it must be listening already: a lock
 * whose socket does not answer is that of a dead host, and is replaced.
 */
export async function takeHostLock(
  stateDirectory: string,
  mine: HostLock,
): Promise<{ readonly type: 'taken' } | { readonly type: 'held'; readonly by: HostLock }> {
  const path = hostLockPath(stateDirectory);
  for (let tries = 0; tries < MAX_LOCK_TRIES; tries += 1) {
    if (await publish(path, JSON.stringify(mine), mine.pid)) return { type: 'taken' };
    const text = await readIfThere(path);
    if (text === null) continue;
    const other = parseJsonAs(HostLock, text);
    if (other !== null && (await socketAnswers(other.socket))) return { type: 'held', by: other };
    const removal = await removeExactly(path, text);
    if (removal.type === 'held') await pause(LOCK_RETRY_MS);
  }
  throw new Error(`Cannot take the lock ${path}: another process keeps taking it. Try again.`);
}

/** Looks at a lock that others are replacing at the same moment, which takes them a few milliseconds. */
const MAX_LOCK_TRIES = 200;
const LOCK_RETRY_MS = 10;

/** Gives the lock back when it is still this process's. */
export async function releaseHostLock(stateDirectory: string, pid: number): Promise<void> {
  const path = hostLockPath(stateDirectory);
  const text = await readIfThere(path);
  // Whoever found this host's socket silent may be replacing the lock at this moment.
  if (text !== null && parseJsonAs(HostLock, text)?.pid === pid) await removeExactly(path, text);
}

/** Removes this lock, and never one that has come in its place. */
function removeExactly(path: string, text: string): Promise<Replacement> {
  const stale = { prefix: path, seen: text, readAgain: () => readIfThere(path) };
  return replaceStale(stale, () => rm(path, { force: true }));
}

/** False when there is a lock. Whoever sees the new one sees the whole of it. */
async function publish(path: string, text: string, pid: number): Promise<boolean> {
  const draft = `${path}.${pid}`;
  await writeFile(draft, text, { mode: 0o600 });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
