import * as z from 'zod';
import { ErrorInfo } from '../errorCodes.ts';
import { ScriptMeta } from '../plan.ts';
import { ProposalCounts } from '../proposals.ts';
import { Receipt, Verdict } from '../receipt.ts';
import { PauseReason, RunState } from '../events/runState.ts';
import { RunLimits, TokenUsage } from '../runLimits.ts';

export const AgentStatus = z.enum(['queued', 'running', 'ok', 'failed', 'skipped', 'cancelled']);
export type AgentStatus = z.infer<typeof AgentStatus>;

/** One agent as the run tree shows it. */
export const AgentView = z.object({
  agentId: z.number().int().positive(),
  label: z.string(),
  phase: z.string().nullable(),
  group: z.string().nullable(),
  model: z.string(),
  agentType: z.string(),
  status: AgentStatus,
  attempt: z.number().int().nonnegative(),
  /** Its answer came from the journal of an earlier session and cost nothing now. */
  cached: z.boolean(),
  promptPreview: z.string(),
  activity: z.string(),
  turns: z.number().int().nonnegative(),
  queuedAt: z.number(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  usage: TokenUsage,
  usd: z.number().nullable(),
  valuePreview: z.string(),
  error: ErrorInfo.nullable(),
  changedPaths: z.array(z.string()),
  conflictPaths: z.array(z.string()),
  /** Commands that it ran, and how many of them with the user's rights because there was no sandbox. */
  commands: z.object({ ran: z.number().int(), unsandboxed: z.number().int() }).optional(),
  /** The call named what it is to change, so that an end without a change tells something. */
  expectsEdits: z.boolean().optional(),
  /** The child workflow it belongs to; null for the script itself. */
  workflowId: z.number().int().positive().nullable(),
});
export type AgentView = z.infer<typeof AgentView>;

export const VerifyView = z.object({
  verifyId: z.number().int().positive(),
  label: z.string(),
  phase: z.string().nullable(),
  command: z.string(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  receipt: Receipt.nullable(),
  error: ErrorInfo.nullable(),
});
export type VerifyView = z.infer<typeof VerifyView>;

/** A question to a human; `approved` is null while nobody has answered. */
export const GateView = z.object({
  gateId: z.number().int().positive(),
  question: z.string(),
  details: z.string(),
  phase: z.string().nullable(),
  openedAt: z.number(),
  answeredAt: z.number().nullable(),
  approved: z.boolean().nullable(),
  note: z.string(),
  /** Present where the question is whether an agent may run a command. */
  command: z
    .object({
      agentId: z.number().int().positive(),
      agentLabel: z.string(),
      command: z.string(),
      /** A folder below the repository; '' for its root. */
      cwd: z.string(),
      sandbox: z.enum(['bwrap', 'seatbelt', 'none']),
    })
    .optional(),
});
export type GateView = z.infer<typeof GateView>;

/** A child of workflow(). */
export const WorkflowView = z.object({
  workflowId: z.number().int().positive(),
  name: z.string(),
  source: z.string(),
  phase: z.string().nullable(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  error: z.string().nullable(),
});
export type WorkflowView = z.infer<typeof WorkflowView>;

const LogView = z.object({
  at: z.number(),
  level: z.enum(['info', 'warning']),
  message: z.string(),
});

/** A whole run as every surface shows it: what the reducer makes of the events. */
export const RunView = z.object({
  runId: z.string(),
  request: z.string(),
  meta: ScriptMeta,
  state: RunState,
  pauseReason: PauseReason.nullable(),
  stateMessage: z.string().nullable(),
  verdict: Verdict,
  provider: z.string(),
  model: z.string(),
  limits: RunLimits,
  /** The present throttle, 1 to 256. */
  concurrency: z.number().int().positive(),
  snapshotFiles: z.number().int(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  /** Titles in order of first use. */
  phases: z.array(z.string()),
  /** agents[i] has agentId i + 1. */
  agents: z.array(AgentView),
  verifications: z.array(VerifyView),
  gates: z.array(GateView),
  workflows: z.array(WorkflowView),
  logs: z.array(LogView),
  droppedLogs: z.number().int().nonnegative(),
  usage: TokenUsage,
  usd: z.number().nullable(),
  proposals: ProposalCounts,
  treeHash: z.string().nullable(),
  /** Git tree that is proposed now; null when rejections made another one of it, absent when nothing was verified. */
  proposedTree: z.string().nullable().optional(),
  resultPreview: z.string().nullable(),
  error: ErrorInfo.nullable(),
});
export type RunView = z.infer<typeof RunView>;
