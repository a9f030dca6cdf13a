/** What comes of calls of a script that are no agents. */
import * as z from 'zod';
import { ErrorInfo } from '../errorCodes.ts';
import { Receipt } from '../receipt.ts';
import { ThrownError } from '../threads/scriptMessages.ts';
import { callId, durable } from './eventHead.ts';
import { FileMark } from './fileMark.ts';

export const VerifyStarted = z.object({
  type: z.literal('verify.started'),
  ...durable,
  verifyId: z.number().int().positive(),
  callId,
  label: z.string(),
  phase: z.string().nullable(),
  command: z.string(),
  /** Absent in journals of older versions. */
  cwd: z.string().optional(),
  required: z.boolean().optional(),
  treeHash: z.string(),
});

export const VerifyEnded = z.object({
  type: z.literal('verify.ended'),
  ...durable,
  verifyId: z.number().int().positive(),
  receipt: Receipt.nullable(),
  error: ErrorInfo.nullable(),
  /** The logs and the receipt's own file; absent where the command was not run anew. */
  files: z.array(FileMark).optional(),
});

/** A human is asked. */
export const GateOpened = z.object({
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

export const GateAnswered = z.object({
  type: z.literal('gate.answered'),
  ...durable,
  gateId: z.number().int().positive(),
  approved: z.boolean(),
  note: z.string(),
  /** Who answered: a person, the gate's own time limit, or `--on-gate`. */
  by: z.enum(['user', 'timeout', 'option']),
});

export const TimerFired = z.object({
  type: z.literal('timer.fired'),
  ...durable,
  callId,
});

/** A child workflow begins; its source is frozen in the run's folder as `children/<sha256>.js`. */
export const WorkflowStarted = z.object({
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

export const WorkflowEnded = z.object({
  type: z.literal('workflow.ended'),
  ...durable,
  workflowId: z.number().int().positive(),
  error: z.string().nullable(),
});

/** A call that never started anything was answered with an error; the script saw it. */
export const CallRefused = z.object({
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
