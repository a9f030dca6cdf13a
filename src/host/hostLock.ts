/** One host for each workspace: the lock file says who it is and how to reach it. */
import { link, lstat, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { errorCode } from '../base/errorText.ts';
import { parseJson } from '../base/json.ts';
import { HostLock } from '../protocol/host/hostRpc.ts';

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
    const other = parseLock(text);
    if (other !== null && (await socketAnswers(other.socket))) return { type: 'held', by: other };
    if (!(await removeStale(path, text))) await pause(LOCK_RETRY_MS);
  }
  throw new Error(`Cannot take the lock ${path}: another process keeps taking it. Try again.`);
}

/** Looks at a lock that others are replacing at the same moment, which takes a few milliseconds. */
const MAX_LOCK_TRIES = 200;
const LOCK_RETRY_MS = 10;

/** Age at which the claim to replace a lock is one whose maker died. */
const DEAD_CLAIM_MS = 5000;

/** Gives the lock back when it is still this process's. */
export async function releaseHostLock(stateDirectory: string, pid: number): Promise<void> {
  const path = hostLockPath(stateDirectory);
  const lock = await readLock(path);
  if (lock?.pid === pid) await rm(path, { force: true });
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

/**
 * Removes exactly this lock, and never one that has come in its place: of several that saw the same dead
 * host, only the one that creates a file named after the lock's text may remove it.
 */
async function removeStale(path: string, text: string): Promise<boolean> {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const claim = `${path}.${hash}.claim`;
  if (!(await claimIt(claim))) return false;
  try {
    if ((await readIfThere(path)) === text) await rm(path, { force: true });
    return true;
  } finally {
    await rm(claim, { force: true });
  }
}

async function claimIt(claim: string): Promise<boolean> {
  try {
    await writeFile(claim, '', { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    const made = await stat(claim).catch(() => null);
    if (made !== null && Date.now() - made.mtimeMs > DEAD_CLAIM_MS)
      await rm(claim, { force: true });
    return false;
  }
}

/** Null when there is none, or when it is torn: then nobody can be reached through it. */
async function readLock(path: string): Promise<HostLock | null> {
  const text = await readIfThere(path);
  return text === null ? null : parseLock(text);
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
