/** The beginning and the end of a run, and of each of its sessions. */
import * as z from 'zod';
import { ErrorInfo } from '../errorCodes.ts';
import { ScriptMeta } from '../plan.ts';
import { ProposalCounts } from '../proposals.ts';
import { Verdict } from '../receipt.ts';
import { RunLimits, TokenUsage } from '../runLimits.ts';
import { agentId, durable } from './eventHead.ts';
import { PauseReason } from './runState.ts';
import { ValueRef } from './valueRef.ts';

const AgentCounts = z.object({
  ok: z.number().int(),
  failed: z.number().int(),
  skipped: z.number().int(),
  cancelled: z.number().int(),
  cached: z.number().int(),
});

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
export const RunResumed = z.object({
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
export const ReplayEnded = z.object({
  type: z.literal('replay.ended'),
  ...durable,
  delivered: z.number().int().nonnegative(),
  cachedAgents: z.array(agentId),
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
