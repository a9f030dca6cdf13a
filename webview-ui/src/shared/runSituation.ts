import type { PauseReason, RunState } from '../../../src/protocol/events/runState.ts';

/** What can be done with a run depends on this: whether it goes on, waits and for what, or is over. */
export type RunSituation = 'running' | PauseReason | 'ended';

/** The part of a run that tells its situation; a view and a summary both have it. */
export interface RunStanding {
  readonly state: RunState;
  readonly pauseReason: PauseReason | null;
  readonly endedAt: number | null;
}

/** A run that stopped for good at a limit is paused as well, and has ended. */
export function situationOf(run: RunStanding): RunSituation {
  if (run.state === 'running') return 'running';
  if (run.state !== 'paused' || run.endedAt !== null) return 'ended';
  return run.pauseReason ?? 'user';
}

/** True while the run can still be controlled. */
export function canBeControlled(run: RunStanding): boolean {
  return situationOf(run) !== 'ended';
}

/** True for a run that stopped before its end and can go on from there. */
export function canBeResumed(run: RunStanding): boolean {
  return !canBeControlled(run) && run.state !== 'completed';
}

/** True for a run that would stop again at once unless its limits are raised first. */
export function needsHigherLimits(run: RunStanding): boolean {
  return run.state === 'paused' && run.pauseReason === 'limit';
}
