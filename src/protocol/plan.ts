import * as z from 'zod';
import { Estimate } from './estimate.ts';
import { RunLimits } from './runLimits.ts';

/** A place in a script: line and column count from 1. */
export const Diagnostic = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  line: z.number().int().positive(),
  column: z.number().int().positive(),
  message: z.string(),
  /** What to write instead. */
  fix: z.string(),
});
export type Diagnostic = z.infer<typeof Diagnostic>;

const MetaPhase = z.object({
  title: z.string(),
  detail: z.string().optional(),
  model: z.string().optional(),
});

/** `meta` of a script, read from its syntax tree; unknown keys are dropped. */
export const ScriptMeta = z.object({
  name: z.string().min(1),
  description: z.string().min(1),
  whenToUse: z.string().optional(),
  phases: z.array(MetaPhase),
});
export type ScriptMeta = z.infer<typeof ScriptMeta>;

/** A saved workflow that a script names: by its name, or by a path in the workspace. */
export const ChildRef = z.discriminatedUnion('type', [
  z.object({ type: z.literal('name'), name: z.string() }),
  z.object({ type: z.literal('path'), path: z.string() }),
]);
export type ChildRef = z.infer<typeof ChildRef>;

/** Result of the static check; `meta` is there whenever it could be read. */
export const ScriptCheck = z.object({
  ok: z.boolean(),
  meta: ScriptMeta.nullable(),
  diagnostics: z.array(Diagnostic),
  /** Commands that stand as literals in verify(): what the user approves with the plan. */
  commands: z.array(z.string()),
  /** Workflows that it calls by a literal; absent when there are none. */
  children: z.array(ChildRef).optional(),
  scriptSha256: z.string(),
});
export type ScriptCheck = z.infer<typeof ScriptCheck>;

/** What the planner hands to the user: a script, what the check says of it, and the limits it would run under. */
export const WorkflowPlan = z.object({
  planId: z.string(),
  request: z.string(),
  summary: z.string(),
  script: z.string(),
  check: ScriptCheck,
  limits: RunLimits,
  provider: z.string(),
  model: z.string(),
  /** The commands would run without a sandbox on this machine, which needs a consent of its own. */
  needsUnsandboxedConsent: z.boolean(),
  /** The user's setting: prepares each directory that commands run in, approved with the plan. */
  setupCommand: z.string().nullable().default(null),
  /** Without a pass of each of them the verdict stays `unverified`. */
  requiredCommands: z.array(z.string()).default([]),
  /** What a mock run foretells; null where the script does not pass the check, and in plans of before. */
  estimate: Estimate.nullable().default(null),
});
export type WorkflowPlan = z.infer<typeof WorkflowPlan>;
