import type { PauseReason, RunState } from '../../../src/protocol/runEvents.ts';
import type { AgentStatus, VerifyView } from '../../../src/protocol/runView.ts';
import type { Verdict } from '../../../src/protocol/receipt.ts';

export type Tone = 'ok' | 'failed' | 'running' | 'warning' | 'muted';

/** How a state looks and reads: never by colour alone. */
export interface StateWords {
  readonly icon: string;
  readonly text: string;
  readonly tone: Tone;
}

export const agentWords: Readonly<Record<AgentStatus, StateWords>> = {
  queued: { icon: 'circle-large', text: 'Queued', tone: 'muted' },
  running: { icon: 'loading codicon-modifier-spin', text: 'Running', tone: 'running' },
  ok: { icon: 'pass', text: 'Done', tone: 'ok' },
  failed: { icon: 'error', text: 'Failed', tone: 'failed' },
  skipped: { icon: 'debug-step-over', text: 'Skipped', tone: 'muted' },
  cancelled: { icon: 'circle-slash', text: 'Cancelled', tone: 'muted' },
};

export const runWords: Readonly<Record<RunState, StateWords>> = {
  running: { icon: 'loading codicon-modifier-spin', text: 'Running', tone: 'running' },
  paused: { icon: 'debug-pause', text: 'Paused', tone: 'warning' },
  completed: { icon: 'check', text: 'Completed', tone: 'ok' },
  failed: { icon: 'error', text: 'Failed', tone: 'failed' },
  cancelled: { icon: 'circle-slash', text: 'Cancelled', tone: 'muted' },
  interrupted: { icon: 'debug-disconnect', text: 'Interrupted', tone: 'warning' },
};

export const verdictWords: Readonly<Record<Verdict, StateWords>> = {
  passed: { icon: 'verified-filled', text: 'Passed', tone: 'ok' },
  failed: { icon: 'error', text: 'Failed', tone: 'failed' },
  unverified: { icon: 'unverified', text: 'Unverified', tone: 'warning' },
};

/** What became of one verification. */
export function describeVerification(item: VerifyView): StateWords {
  if (item.error?.code === 'command_refused') {
    return { icon: 'circle-slash', text: 'Refused', tone: 'warning' };
  }
  if (item.error !== null) return { icon: 'error', text: 'Not run', tone: 'failed' };
  if (item.receipt === null) return agentWords.running;
  return item.receipt.ok
    ? { icon: 'verified', text: 'Passed', tone: 'ok' }
    : { icon: 'error', text: item.receipt.timedOut ? 'Timed out' : 'Failed', tone: 'failed' };
}

const pauseSentences: Readonly<Record<PauseReason, string>> = {
  user: 'You paused this run. Requests under way finish, new ones wait. Resume when you like.',
  limit:
    'The run reached one of its limits. Finished work stays: review it, or resume to go on under new limits.',
  gate: 'The workflow waits for a person to sign off before it goes on.',
  breaker:
    'Too many agents failed one after the other, so the run stopped before it spent more. Look at the failures, then resume or cancel.',
  usage:
    'The provider accepts no more requests for now. Nothing is lost: resume when its limit has been lifted.',
};

/** Why a run stands still and what to do about it, or null when it does not. */
export function explainStandstill(run: {
  readonly state: RunState;
  readonly pauseReason: PauseReason | null;
}): string | null {
  if (run.state === 'interrupted') {
    return 'The background host ended in mid-run. Finished agents keep their work: resume goes on from there and pays for none of them twice.';
  }
  if (run.state !== 'paused') return null;
  return pauseSentences[run.pauseReason ?? 'user'];
}
