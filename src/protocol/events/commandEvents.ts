/** The events of the commands that agents run, and of the one that prepares their directories. */
import * as z from 'zod';
import { agentId, durable } from './eventHead.ts';
import { FileMark } from './fileMark.ts';

/** The user is asked whether an agent may run a command; `questionId` is no gate's number. */
export const CommandAsked = z.object({
  type: z.literal('command.asked'),
  ...durable,
  questionId: z.number().int().positive(),
  agentId,
  command: z.string(),
  /** A folder below the repository; '' for its root. */
  cwd: z.string(),
  /** What it would run in. */
  sandbox: z.enum(['bwrap', 'seatbelt', 'none']),
});

export const CommandAnswered = z.object({
  type: z.literal('command.answered'),
  ...durable,
  questionId: z.number().int().positive(),
  approved: z.boolean(),
  /** Equal commands of the run are not asked about again. */
  forRun: z.boolean(),
  /** `gone`: nobody needed the answer any more. */
  by: z.enum(['user', 'timeout', 'gone']),
});

/** An agent's command has run, on its own files as they were then. */
export const CommandEnded = z.object({
  type: z.literal('command.ended'),
  ...durable,
  commandId: z.number().int().positive(),
  agentId,
  command: z.string(),
  cwd: z.string(),
  /** The tree that it ran on. */
  treeHash: z.string(),
  allowedBy: z.enum(['list', 'plan', 'user']),
  sandbox: z.enum(['bwrap', 'seatbelt', 'none']),
  exitCode: z.number().int().nullable(),
  timedOut: z.boolean(),
  /** What it did more of than any command may; absent where it was not stopped for that. */
  stopped: z.string().optional(),
  durationMs: z.number().nonnegative(),
  /** The log of what it printed. */
  files: z.array(FileMark).optional(),
});

/** The setup command has run in a directory, on the snapshot. */
export const SetupEnded = z.object({
  type: z.literal('setup.ended'),
  ...durable,
  setupId: z.number().int().positive(),
  command: z.string(),
  /** The snapshot. */
  treeHash: z.string(),
  sandbox: z.enum(['bwrap', 'seatbelt', 'none']),
  exitCode: z.number().int().nullable(),
  timedOut: z.boolean(),
  /** What it did more of than any command may; absent where it was not stopped for that. */
  stopped: z.string().optional(),
  durationMs: z.number().nonnegative(),
  /** The log of what it printed. */
  files: z.array(FileMark).optional(),
});
