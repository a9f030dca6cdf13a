/**
 * The events of a run. Everything but the transient ones (`agent.progress`, `review.changed`) is a journal
 * entry first and an event afterwards; the run tree, the terminal and `--json` all see this one stream.
 */
import * as z from 'zod';
import {
  AgentEnded,
  AgentProgress,
  AgentQueued,
  AgentReplayed,
  AgentStarted,
} from './agentEvents.ts';
import {
  CallRefused,
  GateAnswered,
  GateOpened,
  TimerFired,
  VerifyEnded,
  VerifyStarted,
  WorkflowEnded,
  WorkflowStarted,
} from './callEvents.ts';
import { CommandAnswered, CommandAsked, CommandEnded, SetupEnded } from './commandEvents.ts';
import { RunLimitsChanged, RunStateChanged, RunThrottled } from './controlEvents.ts';
import { LogLine, PhaseStarted } from './logEvents.ts';
import { ProposalsChanged, ReviewChanged } from './proposalEvents.ts';
import { ReplayEnded, RunEnded, RunResumed, RunStarted } from './sessionEvents.ts';

export const RunEvent = z.discriminatedUnion('type', [
  RunStarted,
  RunResumed,
  ReplayEnded,
  AgentReplayed,
  RunStateChanged,
  RunThrottled,
  RunLimitsChanged,
  PhaseStarted,
  LogLine,
  AgentQueued,
  AgentStarted,
  AgentProgress,
  ReviewChanged,
  AgentEnded,
  VerifyStarted,
  VerifyEnded,
  TimerFired,
  GateOpened,
  GateAnswered,
  CommandAsked,
  CommandAnswered,
  CommandEnded,
  SetupEnded,
  WorkflowStarted,
  WorkflowEnded,
  CallRefused,
  ProposalsChanged,
  RunEnded,
]);
export type RunEvent = z.infer<typeof RunEvent>;
export type TransientRunEvent = z.infer<typeof AgentProgress> | z.infer<typeof ReviewChanged>;
export type DurableRunEvent = Exclude<RunEvent, TransientRunEvent>;
export type RunEventType = RunEvent['type'];
export type RunEventOf<T extends RunEventType> = Extract<RunEvent, { type: T }>;

/** A durable event as the engine states it, before the journal has numbered and dated it. */
export type RunFact = DurableRunEvent extends infer E
  ? E extends DurableRunEvent
    ? Omit<E, 'runId' | 'at' | 'seq'>
    : never
  : never;

/** Whether an event only shows something and is never journaled. */
export function isTransient(event: RunEvent): event is TransientRunEvent {
  return event.type === 'agent.progress' || event.type === 'review.changed';
}
