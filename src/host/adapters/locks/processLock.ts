/**
 * A lock between processes: whoever makes its file has it. The file of a process that died is replaced; of
 * several that see the same dead holder, only the one that makes a claim named after the holder's own text may
 * remove that text, and never one that has come in its place. A claim whose maker died is passed over by a
 * claim named after both. A lock is not re-entrant.
 */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../../../base/errorText.ts';
import { makePrivateFolder } from '../durableFiles.ts';
import {
  isLabelAlive,
  labelTime,
  newLabel,
  pidOfLabel,
  publishLabel,
  readLabel,
} from './lockLabel.ts';

/** First and longest pause between two looks at a lock that another process holds: most are held for milliseconds. */
const FIRST_LOOK_MS = 2;
const LONGEST_LOOK_MS = 100;

/** Claims over one dead holder: as many processes died one after the other in the millisecond that a removal takes. */
const MAX_CLAIMS = 100;

/** Who has a lock. */
export interface LockHolder {
  /** Null when the file does not say. */
  readonly pid: number | null;
  /** Milliseconds since the epoch. */
  readonly sinceMs: number;
}

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
  return { pid: pidOfLabel(label), sinceMs: (await labelTime(file)) ?? Date.now() };
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
    if (await publishInFolder(file, mine)) {
      return { type: 'taken', lock: { release: () => removeOwn(file, mine) } };
    }
    const other = await readLabel(file);
    if (other === null) continue;
    if (await isLabelAlive(other)) return { type: 'held', by: await holderOf(file, other) };
    const remover = await removeDead(file, { dead: other, mine });
    if (remover !== null) return { type: 'held', by: remover };
  }
}

async function publishInFolder(file: string, label: string): Promise<boolean> {
  try {
    return await publishLabel(file, label);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    await makePrivateFolder(path.dirname(file));
    return publishLabel(file, label);
  }
}

/** Null when that lock is gone; else the process that is removing it. */
async function removeDead(
  file: string,
  labels: { readonly dead: string; readonly mine: string },
): Promise<LockHolder | null> {
  const { dead, mine } = labels;
  const claims: string[] = [];
  let replaced = dead;
  for (let tries = 0; tries < MAX_CLAIMS; tries += 1) {
    const claim = `${file}.${sha256(replaced).slice(0, 16)}.claim`;
    if (await publishLabel(claim, mine)) {
      await removeClaimed(file, dead, [...claims, claim]);
      return null;
    }
    const other = await readLabel(claim);
    // Whoever had it is done.
    if (other === null) return null;
    if (await isLabelAlive(other)) return holderOf(claim, other);
    claims.push(claim);
    replaced += other;
  }
  throw new Error(`There are ${MAX_CLAIMS} claims beside it; remove ${file}*.claim.`);
}

async function removeClaimed(file: string, dead: string, claims: readonly string[]): Promise<void> {
  try {
    // Somebody else may have removed it between the look and the claim, and a third have taken the lock.
    if ((await readLabel(file)) === dead) await rm(file, { force: true });
  } finally {
    for (const claim of claims) await rm(claim, { force: true });
  }
}

async function removeOwn(file: string, mine: string): Promise<void> {
  if ((await readLabel(file)) === mine) await rm(file, { force: true });
}

async function holderOf(file: string, label: string): Promise<LockHolder> {
  return { pid: pidOfLabel(label), sinceMs: (await labelTime(file)) ?? Date.now() };
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

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
