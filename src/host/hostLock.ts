/** One host for each workspace: the lock file says who it is and how to reach it. */
import { lstat, mkdir, open, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { errorCode } from '../base/errorText.ts';
import { parseJson } from '../base/json.ts';
import { HostLock } from '../protocol/hostRpc.ts';

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

/** Takes the lock, or gives the lock of the host that lives. A lock whose host is gone is replaced. */
export async function takeHostLock(
  stateDirectory: string,
  mine: HostLock,
): Promise<{ readonly type: 'taken' } | { readonly type: 'held'; readonly by: HostLock }> {
  const path = hostLockPath(stateDirectory);
  for (let tries = 0; tries < MAX_LOCK_TRIES; tries += 1) {
    if (await writeNew(path, JSON.stringify(mine))) return { type: 'taken' };
    const other = await readLock(path);
    if (other !== null && (await socketAnswers(other.socket))) return { type: 'held', by: other };
    await rm(path, { force: true });
  }
  throw new Error(`Cannot take the lock ${path}: another process keeps taking it. Try again.`);
}

const MAX_LOCK_TRIES = 5;

/** Gives the lock back when it is still this process's. */
export async function releaseHostLock(stateDirectory: string, pid: number): Promise<void> {
  const path = hostLockPath(stateDirectory);
  const lock = await readLock(path);
  if (lock?.pid === pid) await rm(path, { force: true });
}

async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    const handle = await open(path, 'wx', 0o600);
    await handle.writeFile(text);
    await handle.close();
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Null when there is none, or when it is torn: then nobody can be reached through it. */
async function readLock(path: string): Promise<HostLock | null> {
  try {
    const lock = HostLock.safeParse(parseJson(await readFile(path, 'utf8')));
    return lock.success ? lock.data : null;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
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
