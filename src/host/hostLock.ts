/** One host for each workspace: the lock file says who it is and how to reach it. */
import { link, lstat, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { errorCode } from '../base/errorText.ts';
import { parseJson } from '../base/json.ts';
import { HostLock } from '../protocol/host/hostRpc.ts';
import { replaceStale, type Replacement } from './adapters/locks/staleClaim.ts';

/** Unix socket paths hold about 104 bytes; beyond this a short one in the temp folder is used. */
const MAX_SOCKET_PATH = 100;

/** Time in which a host that lives answers on its socket. */
const PROBE_MS = 1000;

/** Where the lock of a state root is. */
export function hostLockPath(stateDirectory: string): string {
  return join(stateDirectory, 'host.lock.json');
}

/** Where a process of a state root listens: its host, or a command line that runs something. */
export function socketPathFor(
  stateDirectory: string,
  name: 'host' | 'control',
  pid: number,
): string {
  const hash = createHash('sha256').update(stateDirectory).digest('hex').slice(0, 12);
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
    throw new Error(`Cannot listen in ${folder}: other users can enter it. Remove that folder.`);
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
    const other = parseLock(text);
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
  if (text !== null && parseLock(text)?.pid === pid) await removeExactly(path, text);
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

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function parseLock(text: string): HostLock | null {
  try {
    return HostLock.safeParse(parseJson(text)).data ?? null;
  } catch {
    // Torn in mid-write by an older version, or not ours: nobody can be reached through it.
    return null;
  }
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

/** Whether some process listens there. */
export function socketAnswers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const done = (isAlive: boolean): void => {
      socket.destroy();
      resolve(isAlive);
    };
    socket.setTimeout(PROBE_MS, () => done(false));
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}
