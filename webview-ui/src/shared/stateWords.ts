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

export const AGENT_WORDS: Readonly<Record<AgentStatus, StateWords>> = {
  queued: { icon: 'circle-large', text: 'Queued', tone: 'muted' },
  running: { icon: 'loading codicon-modifier-spin', text: 'Running', tone: 'running' },
  ok: { icon: 'pass', text: 'Done', tone: 'ok' },
  failed: { icon: 'error', text: 'Failed', tone: 'failed' },
  skipped: { icon: 'debug-step-over', text: 'Skipped', tone: 'muted' },
  cancelled: { icon: 'circle-slash', text: 'Cancelled', tone: 'muted' },
};

const RUN_WORDS: Readonly<Record<RunState, StateWords>> = {
  running: { icon: 'loading codicon-modifier-spin', text: 'Running', tone: 'running' },
  paused: { icon: 'debug-pause', text: 'Paused', tone: 'warning' },
  completed: { icon: 'check', text: 'Completed', tone: 'ok' },
  failed: { icon: 'error', text: 'Failed', tone: 'failed' },
  cancelled: { icon: 'circle-slash', text: 'Cancelled', tone: 'muted' },
  interrupted: { icon: 'debug-disconnect', text: 'Interrupted', tone: 'warning' },
};

export const VERDICT_WORDS: Readonly<Record<Verdict, StateWords>> = {
  passed: { icon: 'verified-filled', text: 'Passed', tone: 'ok' },
  failed: { icon: 'error', text: 'Failed', tone: 'failed' },
  unverified: { icon: 'unverified', text: 'Unverified', tone: 'warning' },
};

/** What became of one agent; one that was to edit and changed nothing is done, and not as it was meant. */
export function describeAgent(agent: AgentView): StateWords {
  if (!hasNoChange(agent)) return AGENT_WORDS[agent.status];
  return { ...AGENT_WORDS.ok, text: 'No change', tone: 'warning' };
}

/** What became of one verification. */
export function describeVerification(item: VerifyView): StateWords {
  if (item.error?.code === 'command_refused') {
    return { icon: 'circle-slash', text: 'Refused', tone: 'warning' };
  }
  if (item.error !== null) return { icon: 'error', text: 'Not run', tone: 'failed' };
  if (item.receipt === null) return AGENT_WORDS.running;
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
  if (workflow.error !== null) return AGENT_WORDS.failed;
  if (workflow.endedAt !== null) return AGENT_WORDS.ok;
  return options.isLive ? AGENT_WORDS.running : { ...AGENT_WORDS.cancelled, text: 'Stopped' };
}

const WAITING_WORDS: Readonly<Record<PauseReason, StateWords>> = {
  user: RUN_WORDS.paused,
  limit: { icon: 'debug-pause', text: 'Paused at a limit', tone: 'warning' },
  gate: { icon: 'bell', text: 'Waiting for you', tone: 'warning' },
  breaker: { icon: 'warning', text: 'Paused by failures', tone: 'warning' },
  usage: { icon: 'debug-pause', text: 'Waiting for the provider', tone: 'warning' },
};

const RUNNING_AND_WAITING: StateWords = { ...WAITING_WORDS.gate, text: 'Running, waiting for you' };

const STOPPED_TEXTS: Readonly<Record<PauseReason, string>> = {
  user: 'Stopped',
  limit: 'Stopped at a limit',
  gate: 'Stopped at a question',
  breaker: 'Stopped by failures',
  usage: 'Stopped by the provider’s limit',
};

/** The state of a run in its own words: what it waits for, or what it stopped at. */
export function describeRunState(run: RunStanding, openGates: number): StateWords {
  const situation = situationOf(run);
  if (situation === 'running') return openGates > 0 ? RUNNING_AND_WAITING : RUN_WORDS.running;
  if (situation !== 'ended') return WAITING_WORDS[situation];
  if (run.state !== 'paused') return RUN_WORDS[run.state];
  return { ...RUN_WORDS.paused, text: STOPPED_TEXTS[run.pauseReason ?? 'user'] };
}

const WAITING_SENTENCES: Readonly<Record<PauseReason, string>> = {
  user: 'You paused this run. Requests already sent will finish; new ones wait until you resume.',
  limit:
    'Nothing new starts until you decide. “Raise limits” continues the run from here. “Stop and keep results” ends it: finished work is kept, and you can resume later.',
  gate: 'The workflow continues when you answer.',
  breaker:
    'The run paused before spending more. “Continue” lets the next agents try. “Cancel” ends it: finished work is kept, and you can resume later.',
  usage:
    'The provider accepts no more requests for now. Nothing is lost. “Continue” asks it again. “Cancel” ends the run: finished work is kept.',
};

const STOPPED_SENTENCES: Readonly<Record<PauseReason, string>> = {
  user: 'Finished work is kept: review it, or resume from there.',
  limit: 'Finished work is kept: review it, or resume with higher limits.',
  gate: 'Nobody answered before the run stopped. Finished work is kept: answer, then resume.',
  breaker: 'Finished work is kept: check the failures, then resume to let the next agents try.',
  usage: 'Finished work is kept: resume when the provider accepts requests again.',
};

/** Why a run stands still and what to do about it, or null when it does not. */
export function explainStandstill(run: RunStanding): string | null {
  if (run.state === 'interrupted') {
    return 'The background host stopped in mid-run. Finished work is kept: resume from there without paying for it twice.';
  }
  if (run.state !== 'paused') return null;
  const sentences = situationOf(run) === 'ended' ? STOPPED_SENTENCES : WAITING_SENTENCES;
  return sentences[run.pauseReason ?? 'user'];
}
