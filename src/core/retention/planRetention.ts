/**
 * Which runs of a workspace are dropped. The newest ones are kept, as many as the limits allow; of those beyond,
 * each goes whole unless somebody still needs it. What is needed never makes a newer run go in its place.
 */
import type { RetentionConfig } from '../../protocol/host/hostRpc.ts';

/** What may keep a run beyond the limits. */
export interface RunNeeds {
  /** The process that runs it lives. */
  readonly isActive: boolean;
  /** There are undecided proposals, or edits that were kept aside and are undecided. */
  readonly isUnderReview: boolean;
  /** It stopped in the middle and can be resumed: at a limit, at a question, or because its process died. */
  readonly isWaiting: boolean;
}

export interface RetainedRun extends RunNeeds {
  readonly runId: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly bytes: number;
}

export type KeepReason = 'active' | 'underReview' | 'waiting' | 'newest';

interface KeptRun {
  readonly run: RetainedRun;
  readonly reason: KeepReason;
}

export interface RetentionPlan {
  /** The oldest first. */
  readonly drop: readonly RetainedRun[];
  /** Beyond the limits and kept all the same, the oldest first. */
  readonly refused: readonly KeptRun[];
  /** Of all that stays. */
  readonly left: { readonly runs: number; readonly bytes: number };
}

/**
 * Time for which a run that waits is kept: whoever comes back to it after a holiday finds it, and what nobody has
 * touched for a month, on a workspace that went on without it, is rarely worth going on with.
 */
export const MAX_WAITING_MS = 30 * 24 * 60 * 60_000;

/** Never drops a run that is active or under review, nor one that has waited for less than MAX_WAITING_MS. */
export function planRetention(
  runs: readonly RetainedRun[],
  limits: RetentionConfig,
  nowMs: number,
): RetentionPlan {
  const drop: RetainedRun[] = [];
  const refused: KeptRun[] = [];
  for (const { run, isNewest } of beyondLimits(runs, limits)) {
    const reason = keepReason(run, nowMs) ?? (isNewest ? 'newest' : null);
    if (reason === null) drop.push(run);
    else refused.push({ run, reason });
  }
  const bytes = sumBytes(runs) - sumBytes(drop);
  return { drop, refused, left: { runs: runs.length - drop.length, bytes } };
}

/** Why this run may not be dropped now; null when it may. */
export function keepReason(
  run: RunNeeds & Pick<RetainedRun, 'startedAt' | 'endedAt'>,
  nowMs: number,
): Exclude<KeepReason, 'newest'> | null {
  if (run.isActive) return 'active';
  if (run.isUnderReview) return 'underReview';
  return run.isWaiting && nowMs - lastTime(run) < MAX_WAITING_MS ? 'waiting' : null;
}

interface RunBeyond {
  readonly run: RetainedRun;
  /** The newest one of all, which has only just ended: bytes alone must not take it before anybody saw it. */
  readonly isNewest: boolean;
}

/** Runs that the newest ones leave no room for, the oldest first. */
function beyondLimits(
  runs: readonly RetainedRun[],
  { maxRuns, maxBytes }: RetentionConfig,
): readonly RunBeyond[] {
  const beyond: RunBeyond[] = [];
  let bytes = 0;
  for (const [index, run] of runs.toSorted(newestFirst).entries()) {
    bytes += run.bytes;
    const isNewest = index === 0 && maxRuns > 0;
    if (index >= maxRuns || bytes > maxBytes) beyond.unshift({ run, isNewest });
  }
  return beyond;
}

function newestFirst(a: RetainedRun, b: RetainedRun): number {
  return lastTime(b) - lastTime(a) || (a.runId < b.runId ? 1 : -1);
}

function lastTime({ startedAt, endedAt }: Pick<RetainedRun, 'startedAt' | 'endedAt'>): number {
  return endedAt ?? startedAt;
}

function sumBytes(runs: readonly RetainedRun[]): number {
  return runs.reduce((sum, run) => sum + run.bytes, 0);
}
