/**
 * A lock between processes: whoever makes its file has it. The file of a process that died is replaced. A lock
 * is not re-entrant.
 */
import { rm } from 'node:fs/promises';
import { errorCode } from '../../../base/errorText.ts';
import { holderOf, type LockHolder } from './lockHolder.ts';
import { isLabelAlive, newLabel, publishLabel, readLabel } from './lockLabel.ts';
import { replaceStale } from './staleClaim.ts';
import { pause } from '../../../node/pause.ts';
import { inPrivateFolder } from '../inPrivateFolder.ts';

/** First and longest pause between two looks at a lock that another process holds: most are held for milliseconds. */
const FIRST_LOOK_MS = 2;
const LONGEST_LOOK_MS = 100;

export interface HeldLock {
  /** Lets the next one in; never fails because the lock is gone. */
  release(): Promise<void>;
}

export type LockResult =
  | { readonly type: 'taken'; readonly lock: HeldLock }
  | { readonly type: 'held'; readonly by: LockHolder };

export interface LockRequest {
  readonly file: string;
  /** What cannot be done without it, for the message: "record the decision". */
  readonly purpose: string;
  readonly waitMs: number;
}

/** A lock that could not be had. */
export class LockError extends Error {
  override readonly name = 'LockError';
  readonly code: 'locked' | 'lock_unavailable';

  constructor(code: 'locked' | 'lock_unavailable', message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Does something that no other process does meanwhile. */
export async function withLock<T>(request: LockRequest, task: () => Promise<T>): Promise<T> {
  const lock = await takeLock(request);
  try {
    return await task();
  } finally {
    await lock.release();
  }
}

/** Waits for the lock; rejects with a LockError that names its holder when that takes too long. */
export async function takeLock(request: LockRequest): Promise<HeldLock> {
  const { file, purpose, waitMs } = request;
  const deadlineMs = performance.now() + waitMs;
  for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_LOOK_MS)) {
    const result = await attempt(file, purpose);
    if (result.type === 'taken') return result.lock;
    if (performance.now() >= deadlineMs) throw heldError(request, result.by);
    // Not all at the same moment: half of the pause is left to chance.
    await pause(pauseMs * (0.5 + Math.random() / 2));
  }
}

/** Takes the lock when it is free. */
export function tryLock(request: Omit<LockRequest, 'waitMs'>): Promise<LockResult> {
  return attempt(request.file, request.purpose);
}

/** The living process that has the lock; null when nobody has. */
export async function lockHolder(file: string): Promise<LockHolder | null> {
  const label = await readLabel(file);
  if (label === null || !(await isLabelAlive(label))) return null;
  return holderOf(file, label);
}

/** Says who stands in the way, and what to do. */
export function heldError(request: Omit<LockRequest, 'waitMs'>, by: LockHolder): LockError {
  const who = by.pid === null ? 'another process' : `process ${by.pid}`;
  const seconds = Math.max(0, Math.round((Date.now() - by.sinceMs) / 1000));
  const holds = `${who} has held ${request.file} for ${seconds} s`;
  const advice = 'Wait until it finishes, or end it, then try again.';
  return new LockError('locked', `Cannot ${request.purpose}: ${holds}. ${advice}`);
}

async function attempt(file: string, purpose: string): Promise<LockResult> {
  try {
    return await tryToTake(file);
  } catch (cause) {
    const message = `Cannot ${purpose}: the lock ${file} cannot be written. ${adviceFor(cause)}`;
    throw new LockError('lock_unavailable', message, { cause });
  }
}

async function tryToTake(file: string): Promise<LockResult> {
  const mine = await newLabel();
  for (;;) {
    if (await inPrivateFolder(file, () => publishLabel(file, mine))) {
      return { type: 'taken', lock: { release: () => removeOwn(file, mine) } };
    }
    const other = await readLabel(file);
    if (other === null) continue;
    if (await isLabelAlive(other)) return { type: 'held', by: await holderOf(file, other) };
    const dead = { prefix: file, seen: other, readAgain: () => readLabel(file) };
    const removal = await replaceStale(dead, () => rm(file, { force: true }));
    if (removal.type === 'held') return removal;
  }
}

async function removeOwn(file: string, mine: string): Promise<void> {
  if ((await readLabel(file)) === mine) await rm(file, { force: true });
}

function adviceFor(cause: unknown): string {
  const code = errorCode(cause) ?? '';
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return 'The disk is full. Free some space, then try again.';
  }
  if (code === 'EROFS' || code === 'EACCES') {
    return 'Make its folder writable for you, then try again.';
  }
  return cause instanceof Error ? cause.message : String(cause);
}
