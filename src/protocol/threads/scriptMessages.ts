/**
 * Messages between the host and the worker thread that runs one workflow script. Values cross as JSON
 * text only. The worker never sees a clock, a file or a process; it asks, and the host answers.
 */
import * as z from 'zod';
import { ErrorInfo } from '../errorCodes.ts';
import { MAX_JSON_TEXT } from './messageLimits.ts';

const callId = z.number().int().positive();
const json = z.string().max(MAX_JSON_TEXT);

/** Calls that the host answers later with `settle`. */
export const AsyncCall = z.discriminatedUnion('method', [
  z.object({
    method: z.literal('agent'),
    /** JSON text of `[prompt, options]`; `phase` is what phase() said last. */
    params: json,
    phase: z.string().nullable(),
    /** True for agent.outcome(). */
    outcome: z.boolean(),
    /** The child that the call stands in: the callId of its workflow(); null in the script itself. */
    child: callId.nullable().default(null),
    /** Why the options could not be put into JSON; the params then have none. */
    problem: z.string().nullable().default(null),
  }),
  z.object({ method: z.literal('verify'), params: json, phase: z.string().nullable() }),
  z.object({ method: z.literal('timer'), delayMs: z.number().nonnegative() }),
  /** JSON text of `[question, details]`. Answered with `{ approved, note }`. */
  z.object({ method: z.literal('gate'), params: json, phase: z.string().nullable() }),
  /** JSON text of `[nameOrRef, args]`. Answered with a PreparedChild, which the worker then runs. */
  z.object({ method: z.literal('workflow'), params: json, phase: z.string().nullable() }),
]);
export type AsyncCall = z.infer<typeof AsyncCall>;

/** Worker to host. */
export const ScriptToHost = z.discriminatedUnion('type', [
  z.object({ type: z.literal('call'), callId, call: AsyncCall }),
  z.object({ type: z.literal('cancelTimer'), callId }),
  /** The child of a workflow() call came to its end; `error` is null when it returned. */
  z.object({ type: z.literal('childEnd'), callId, error: z.string().nullable() }),
  z.object({ type: z.literal('phase'), title: z.string() }),
  z.object({
    type: z.literal('log'),
    level: z.enum(['info', 'warning']),
    message: z.string(),
  }),
  /** The script stands still after so many answers; sent only where a replay needs to know. */
  z.object({ type: z.literal('waiting'), answers: z.number().int().nonnegative() }),
  /** The worker blocks until the host has put a SyncAnswer on the port and woken it. */
  z.object({
    type: z.literal('sync'),
    method: z.enum(['files', 'read']),
    params: json,
  }),
]);
export type ScriptToHost = z.infer<typeof ScriptToHost>;

/** What the script can see of the run as of one delivery. */
export const DeliveredState = z.object({
  outputTokens: z.number().int().nonnegative(),
  usd: z.number().nullable(),
  newChangedPaths: z.array(z.string()),
});
export type DeliveredState = z.infer<typeof DeliveredState>;

/** A thrown Error as data; `name` is one of ours where scripts test for it (WorkflowLimitError). */
export const ThrownError = z.object({
  name: z.string(),
  message: z.string(),
  limit: z.string().optional(),
  value: z.number().optional(),
});
export type ThrownError = z.infer<typeof ThrownError>;

/** What workflow() runs: an expression that is a function of the child's own globals. */
export const PreparedChild = z.object({
  name: z.string(),
  source: z.string(),
  /** Name for error positions; no other script of the run has it. */
  fileName: z.string(),
  linesBefore: z.number().int().nonnegative(),
});
export type PreparedChild = z.infer<typeof PreparedChild>;

/** Host to worker: the outcome of one call. */
export const HostToScript = z.discriminatedUnion('type', [
  /** `cause` is why an agent ended with null, for the log of parallel(). */
  z.object({
    type: z.literal('settle'),
    callId,
    json,
    state: DeliveredState,
    cause: z.string().optional(),
  }),
  z.object({ type: z.literal('throw'), callId, error: ThrownError, state: DeliveredState }),
]);
export type HostToScript = z.infer<typeof HostToScript>;

/** The answer to a `sync` message. */
export const SyncAnswer = z.discriminatedUnion('type', [
  /** Unbounded: a list of paths comes from the host itself. */
  z.object({ type: z.literal('value'), json: z.string() }),
  z.object({ type: z.literal('throw'), error: ThrownError }),
]);
export type SyncAnswer = z.infer<typeof SyncAnswer>;

/** How a script ended; line and column are those of the script that the user saw. */
export const ScriptOutcome = z.discriminatedUnion('type', [
  z.object({ type: z.literal('returned'), json }),
  z.object({
    type: z.literal('failed'),
    error: ErrorInfo,
    line: z.number().int().nullable(),
    column: z.number().int().nullable(),
  }),
]);
export type ScriptOutcome = z.infer<typeof ScriptOutcome>;
