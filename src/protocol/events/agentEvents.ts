/** What happens to an agent, from its reservation to its end. */
import * as z from 'zod';
import { ErrorInfo } from '../errorCodes.ts';
import { TokenUsage } from '../runLimits.ts';
import { ContentRef } from './contentRef.ts';
import { agentId, callId, durable, head } from './eventHead.ts';
import { FileMark } from './fileMark.ts';
import { ValueRef } from './valueRef.ts';

/** The reservation: durable before the agent starts. */
export const AgentQueued = z.object({
  type: z.literal('agent.queued'),
  ...durable,
  agentId,
  callId,
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

export const AgentStarted = z.object({
  type: z.literal('agent.started'),
  ...durable,
  agentId,
  attempt: z.number().int().positive(),
  /** Identity of the proposed tree that the agent's overlay starts from. */
  baseTree: z.string(),
});

/** Transient: a sign of life, at most a few a second and agent. */
export const AgentProgress = z.object({
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

/** A call found its answer in the journal by content: the recorded outcome and edits count again. */
export const AgentReplayed = z.object({
  type: z.literal('agent.replayed'),
  ...durable,
  agentId,
  callId,
  label: z.string(),
  phase: z.string().nullable(),
  group: z.string().nullable(),
  conflictPaths: z.array(z.string()),
  treeHash: z.string(),
});
