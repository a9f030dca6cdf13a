/**
 * The events of a run. Everything but the transient ones (`agent.progress`, `review.changed`) is a journal
 * entry first and an event afterwards; the run tree, the terminal and `--json` all see this one stream.
 */
import * as z from 'zod';
import { CommandAnswered, CommandAsked, CommandEnded, SetupEnded } from './commandEvents.ts';
import { ErrorInfo } from '../errorCodes.ts';
import { agentId, durable, head } from './eventHead.ts';
import { FileMark } from './fileMark.ts';
import { ProposalCounts } from '../proposals.ts';
import { Receipt, Verdict } from '../receipt.ts';
import { RunLimits, TokenUsage } from '../runLimits.ts';
import { ScriptMeta } from '../plan.ts';
import { ThrownError } from '../threads/scriptMessages.ts';

export const RunState = z.enum([
  'running',
  'paused',
  'completed',
  'failed',
  'cancelled',
  'interrupted',
]);
export type RunState = z.infer<typeof RunState>;

export const PauseReason = z.enum(['user', 'limit', 'gate', 'breaker', 'usage']);
export type PauseReason = z.infer<typeof PauseReason>;

/** A JSON payload: in place while it is small, else a blob in the run's folder. */
export const ValueRef = z.discriminatedUnion('type', [
  z.object({ type: z.literal('inline'), json: z.string() }),
  z.object({ type: z.literal('blob'), sha256: z.string(), bytes: z.number().int() }),
]);
export type ValueRef = z.infer<typeof ValueRef>;

/** A file's bytes by hash, with git's mode. */
export const ContentRef = z.object({ sha256: z.string(), mode: z.number().int() });
export type ContentRef = z.infer<typeof ContentRef>;

const callId = z.number().int().positive();

export const RunStarted = z.object({
  type: z.literal('run.started'),
  ...durable,
  request: z.string(),
  meta: ScriptMeta,
  scriptSha256: z.string(),
  argsSha256: z.string(),
  limits: RunLimits,
  provider: z.string(),
  model: z.string(),
  snapshotTree: z.string(),
  snapshotFiles: z.number().int(),
  leftOut: z.array(z.string()),
  approvedCommands: z.array(z.string()),
  /** Commands that the user's settings require; absent where there are none. */
  requiredCommands: z.array(z.string()).optional(),
  unsandboxed: z.boolean(),
  productVersion: z.string(),
  /** Behaviour flags that a replay of this session has to follow. */
  flags: z.array(z.string()).default([]),
});

/** The run goes on from its journal, perhaps with an edited script or other limits. */
const RunResumed = z.object({
  type: z.literal('run.resumed'),
  ...durable,
  meta: ScriptMeta,
  scriptSha256: z.string(),
  limits: RunLimits,
  provider: z.string(),
  model: z.string(),
  approvedCommands: z.array(z.string()),
  /** Commands that the user's settings require; absent where there are none. */
  requiredCommands: z.array(z.string()).optional(),
  unsandboxed: z.boolean(),
  productVersion: z.string(),
  /** Behaviour flags that a replay of this session has to follow. */
  flags: z.array(z.string()).default([]),
});

/** So many outcomes were delivered again in the journal's order; what follows is matched by content or is new. */
const ReplayEnded = z.object({
  type: z.literal('replay.ended'),
  ...durable,
  delivered: z.number().int().nonnegative(),
  cachedAgents: z.array(agentId),
});

/** A call found its answer in the journal by content: the recorded outcome and edits count again. */
const AgentReplayed = z.object({
  type: z.literal('agent.replayed'),
  ...durable,
  agentId,
  callId: z.number().int().positive(),
  label: z.string(),
  phase: z.string().nullable(),
  group: z.string().nullable(),
  conflictPaths: z.array(z.string()),
  treeHash: z.string(),
});

const RunStateChanged = z.object({
  type: z.literal('run.state'),
  ...durable,
  state: z.enum(['running', 'paused', 'interrupted']),
  reason: PauseReason.nullable(),
  message: z.string().nullable(),
});

const RunThrottled = z.object({
  type: z.literal('run.throttled'),
  ...durable,
  concurrency: z.number().int().min(1).max(256),
});

/** The user raised or lowered the limits of a run under way. */
const RunLimitsChanged = z.object({
  type: z.literal('run.limits'),
  ...durable,
  limits: RunLimits,
});

const PhaseStarted = z.object({
  type: z.literal('phase.started'),
  ...durable,
  title: z.string(),
});

const LogLine = z.object({
  type: z.literal('log'),
  ...durable,
  level: z.enum(['info', 'warning']),
  message: z.string(),
  /** So many lines before this one were not kept. */
  dropped: z.number().int().positive().optional(),
});

/** The reservation: durable before the agent starts. */
export const AgentQueued = z.object({
  type: z.literal('agent.queued'),
  ...durable,
  agentId,
  callId: z.number().int().positive(),
  /** Hash of everything that decides what the agent is asked; equal calls differ by `occurrence`. */
  contentKey: z.string(),
  occurrence: z.number().int().nonnegative(),
  label: z.string(),
  phase: z.string().nullable(),
  group: z.string().nullable(),
  model: z.string(),
  agentType: z.string(),
  promptSha256: z.string(),
  promptPreview: z.string(),
  /** The call named what it is to change; absent where it did not. */
  expectsEdits: z.boolean().optional(),
  /** The child workflow that asked for it; null for the script itself. */
  workflowId: z.number().int().positive().nullable().default(null),
});

const AgentStarted = z.object({
  type: z.literal('agent.started'),
  ...durable,
  agentId,
  attempt: z.number().int().positive(),
  /** Identity of the proposed tree that the agent's overlay starts from. */
  baseTree: z.string(),
});

/** Transient: a sign of life, at most a few a second and agent. */
const AgentProgress = z.object({
  type: z.literal('agent.progress'),
  ...head,
  agentId,
  turn: z.number().int().nonnegative(),
  activity: z.string(),
  usage: TokenUsage,
});

export const AgentEnded = z.object({
  type: z.literal('agent.ended'),
  ...durable,
  agentId,
  outcome: z.enum(['ok', 'failed', 'skipped', 'cancelled']),
  value: ValueRef.nullable(),
  valuePreview: z.string(),
  error: ErrorInfo.nullable(),
  turns: z.number().int().nonnegative(),
  usage: TokenUsage,
  usd: z.number().nonnegative().nullable(),
  /** The agent's own edits, from what it started with to what it left; merged again on replay. */
  changes: z.array(
    z.object({ path: z.string(), base: ContentRef.nullable(), proposed: ContentRef.nullable() }),
  ),
  /** What it found in the files that it looked at (JSON: path to SHA-256 or null), for a later resume. */
  reads: ValueRef.nullable().default(null),
  /** Paths whose edits did not fit on other agents' edits. */
  conflictPaths: z.array(z.string()),
  /** Identity of the proposed tree after this agent's changes. */
  treeHash: z.string(),
  /** Its transcript and the patch of its changes; absent where it left neither. */
  files: z.array(FileMark).optional(),
});

const VerifyStarted = z.object({
  type: z.literal('verify.started'),
  ...durable,
  verifyId: z.number().int().positive(),
  callId: z.number().int().positive(),
  label: z.string(),
  phase: z.string().nullable(),
  command: z.string(),
  /** Absent in journals of older versions. */
  cwd: z.string().optional(),
  required: z.boolean().optional(),
  treeHash: z.string(),
});

const VerifyEnded = z.object({
  type: z.literal('verify.ended'),
  ...durable,
  verifyId: z.number().int().positive(),
  receipt: Receipt.nullable(),
  error: ErrorInfo.nullable(),
  /** The logs and the receipt's own file; absent where the command was not run anew. */
  files: z.array(FileMark).optional(),
});

const TimerFired = z.object({
  type: z.literal('timer.fired'),
  ...durable,
  callId: z.number().int().positive(),
});

/** A human is asked. */
const GateOpened = z.object({
  type: z.literal('gate.opened'),
  ...durable,
  gateId: z.number().int().positive(),
  callId,
  /** Hash of question and details; equal gates differ by `occurrence`. */
  contentKey: z.string(),
  occurrence: z.number().int().nonnegative(),
  question: z.string(),
  /** What the script showed with the question, as text; '' when nothing. */
  details: z.string(),
  phase: z.string().nullable(),
  timeoutMs: z.number().nonnegative().nullable(),
});

const GateAnswered = z.object({
  type: z.literal('gate.answered'),
  ...durable,
  gateId: z.number().int().positive(),
  approved: z.boolean(),
  note: z.string(),
  /** Who answered: a person, the gate's own time limit, or `--on-gate`. */
  by: z.enum(['user', 'timeout', 'option']),
});

/** A child workflow begins; its source is frozen in the run's folder as `children/<sha256>.js`. */
const WorkflowStarted = z.object({
  type: z.literal('workflow.started'),
  ...durable,
  workflowId: z.number().int().positive(),
  callId,
  name: z.string(),
  /** Where it was found: a path in the workspace, or in the user's own folder. */
  source: z.string(),
  scriptSha256: z.string(),
  phase: z.string().nullable(),
});

const WorkflowEnded = z.object({
  type: z.literal('workflow.ended'),
  ...durable,
  workflowId: z.number().int().positive(),
  error: z.string().nullable(),
});

/** A call that never started anything was answered with an error; the script saw it. */
const CallRefused = z.object({
  type: z.literal('call.refused'),
  ...durable,
  callId,
  method: z.enum(['agent', 'verify', 'gate', 'workflow']),
  error: ThrownError,
  /** True where the cause may be gone when the run goes on, such as a command that was not approved. */
  mayRetry: z.boolean(),
  /** What verify() was to run; absent for other calls and in journals of older versions. */
  verify: z.object({ command: z.string(), cwd: z.string(), required: z.boolean() }).optional(),
});

const ProposalsChanged = z.object({
  type: z.literal('proposals.changed'),
  ...durable,
  treeHash: z.string(),
  counts: ProposalCounts,
  /** Git tree of what is proposed, by which receipts name theirs; absent where nothing was verified. */
  gitTree: z.string().optional(),
  /** The record of the proposals. */
  files: z.array(FileMark).optional(),
});

/** Transient: what the user decided changed what is still proposed; the decisions' own log is what lasts. */
const ReviewChanged = z.object({
  type: z.literal('review.changed'),
  ...head,
  counts: ProposalCounts,
  verdict: Verdict,
  /** As in the view. */
  proposedTree: z.string().nullable().optional(),
});

const AgentCounts = z.object({
  ok: z.number().int(),
  failed: z.number().int(),
  skipped: z.number().int(),
  cancelled: z.number().int(),
  cached: z.number().int(),
});

export const RunEnded = z.object({
  type: z.literal('run.ended'),
  ...durable,
  status: z.enum(['completed', 'failed', 'cancelled', 'paused']),
  reason: z.string().nullable(),
  /** Why it is paused, when that is its status. */
  pauseReason: PauseReason.nullable().default(null),
  verdict: Verdict,
  headHash: z.string(),
  result: ValueRef.nullable(),
  error: ErrorInfo.nullable(),
  agents: AgentCounts,
  usage: TokenUsage.extend({ usd: z.number().nonnegative().nullable() }),
  proposals: ProposalCounts,
  durationMs: z.number().nonnegative(),
});

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
