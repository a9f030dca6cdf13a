import type { PauseReason, RunState } from '../../../src/protocol/events/runState.ts';
import type {
  AgentStatus,
  AgentView,
  GateView,
  VerifyView,
  WorkflowView,
} from '../../../src/protocol/view/runView.ts';
import type { Verdict } from '../../../src/protocol/receipt.ts';
import { hasNoChange } from '../../../src/protocol/view/noChange.ts';
import { situationOf, type RunStanding } from './runSituation.ts';

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

const runWords: Readonly<Record<RunState, StateWords>> = {
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

/** What became of one agent; one that was to edit and changed nothing is done, and not as it was meant. */
export function describeAgent(agent: AgentView): StateWords {
  if (!hasNoChange(agent)) return agentWords[agent.status];
  return { ...agentWords.ok, text: 'No change', tone: 'warning' };
}

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

/** What became of one gate, or of the question about a command; one that a run left behind when it ended is open and asks nobody. */
export function describeGate(
  gate: Pick<GateView, 'approved' | 'command'>,
  options: { readonly isLive: boolean },
): StateWords {
  const [yes, no] = gate.command === undefined ? ['Approved', 'Rejected'] : ['Allowed', 'Refused'];
  if (gate.approved === true) return { icon: 'pass', text: yes, tone: 'ok' };
  if (gate.approved === false) return { icon: 'circle-slash', text: no, tone: 'muted' };
  return options.isLive
    ? { icon: 'bell', text: 'Waiting', tone: 'warning' }
    : { icon: 'circle-large', text: 'Unanswered', tone: 'muted' };
}

/** What became of one child workflow. */
export function describeWorkflow(
  workflow: Pick<WorkflowView, 'endedAt' | 'error'>,
  options: { readonly isLive: boolean },
): StateWords {
  if (workflow.error !== null) return agentWords.failed;
  if (workflow.endedAt !== null) return agentWords.ok;
  return options.isLive ? agentWords.running : { ...agentWords.cancelled, text: 'Stopped' };
}

const waitingWords: Readonly<Record<PauseReason, StateWords>> = {
  user: runWords.paused,
  limit: { icon: 'debug-pause', text: 'Waits at a limit', tone: 'warning' },
  gate: { icon: 'bell', text: 'Waits for you', tone: 'warning' },
  breaker: { icon: 'warning', text: 'Paused by failures', tone: 'warning' },
  usage: { icon: 'debug-pause', text: 'Waits for the provider', tone: 'warning' },
};

const runningAndWaiting: StateWords = { ...waitingWords.gate, text: 'Running, waits for you' };

const stoppedTexts: Readonly<Record<PauseReason, string>> = {
  user: 'Stopped',
  limit: 'Stopped at a limit',
  gate: 'Stopped at a question',
  breaker: 'Stopped by failures',
  usage: 'Stopped by the provider’s limit',
};

/** The state of a run in its own words: what it waits for, or what it stopped at. */
export function describeRunState(run: RunStanding, openGates: number): StateWords {
  const situation = situationOf(run);
  if (situation === 'running') return openGates > 0 ? runningAndWaiting : runWords.running;
  if (situation !== 'ended') return waitingWords[situation];
  if (run.state !== 'paused') return runWords[run.state];
  return { ...runWords.paused, text: stoppedTexts[run.pauseReason ?? 'user'] };
}

const waitingSentences: Readonly<Record<PauseReason, string>> = {
  user: 'You paused this run. Requests under way finish, new ones wait. Resume when you like.',
  limit:
    'Nothing new starts until you decide. “Raise limits” lets the run go on from here. “Stop and keep results” ends it: finished work stays, and you can resume it later.',
  gate: 'The workflow goes on when you have answered.',
  breaker:
    'The run paused before it spent more. “Go on” lets the next agents try. “Cancel” ends it: finished work stays, and you can resume it later.',
  usage:
    'The provider accepts no more requests for now, and nothing is lost. “Go on” asks it again. “Cancel” ends the run: finished work stays.',
};

const stoppedSentences: Readonly<Record<PauseReason, string>> = {
  user: 'Finished work stays: review it, or resume to go on from there.',
  limit: 'Finished work stays: review it, or resume under higher limits.',
  gate: 'Nobody had answered when the run stopped. Finished work stays: answer, then resume.',
  breaker: 'Finished work stays: look at the failures, then resume to let the next agents try.',
  usage: 'Finished work stays: resume when the provider accepts requests again.',
};

/** Why a run stands still and what to do about it, or null when it does not. */
export function explainStandstill(run: RunStanding): string | null {
  if (run.state === 'interrupted') {
    return 'The background host ended in mid-run. Finished agents keep their work: resume goes on from there and pays for none of them twice.';
  }
  if (run.state !== 'paused') return null;
  const sentences = situationOf(run) === 'ended' ? stoppedSentences : waitingSentences;
  return sentences[run.pauseReason ?? 'user'];
}
