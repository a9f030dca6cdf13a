import * as z from 'zod';

export const TestCounts = z.object({
  passed: z.number().int().nonnegative(),
  failed: z.number().int().nonnegative(),
  skipped: z.number().int().nonnegative(),
});
export type TestCounts = z.infer<typeof TestCounts>;

/** One test as the suite reported it. */
export const TestResult = z.object({
  name: z.string(),
  outcome: z.enum(['passed', 'failed', 'skipped']),
});
export type TestResult = z.infer<typeof TestResult>;

/** What a receipt says about the run of its command on the snapshot. */
export const BaselineNote = z.object({
  /** Null where it did not come to an end: it could not be started there. */
  exitCode: z.number().int().nullable(),
  timedOut: z.boolean(),
  tests: TestCounts.nullable(),
  treeHash: z.string(),
  logPath: z.string(),
  /** Why nothing could be compared with it; null where it was. */
  problem: z.string().nullable(),
});
export type BaselineNote = z.infer<typeof BaselineNote>;

/** A test file, or what decides which tests run, that agents changed. */
export const TouchedTest = z.object({
  path: z.string(),
  kind: z.enum(['test', 'configuration']),
  how: z.enum(['added', 'changed', 'deleted']),
  /** What speaks for a weaker test, in words; absent where nothing does. */
  weakened: z.string().optional(),
});
export type TouchedTest = z.infer<typeof TouchedTest>;

/** What agents did to the tests before these judged them. */
export const TouchedTests = z.object({
  tests: z.number().int().nonnegative(),
  configurations: z.number().int().nonnegative(),
  weakened: z.number().int().nonnegative(),
  /** The first of them, the weakened ones before the others. */
  named: z.array(TouchedTest),
});
export type TouchedTests = z.infer<typeof TouchedTests>;

/** The evidence of one verification: a command, the exact tree it ran on, and what came out. */
export const Receipt = z.object({
  verifyId: z.number().int().positive(),
  label: z.string(),
  phase: z.string().nullable(),
  command: z.string(),
  cwd: z.string(),
  required: z.boolean(),
  ok: z.boolean(),
  sandbox: z.enum(['bwrap', 'seatbelt', 'none']),
  exitCode: z.number().int().nullable(),
  timedOut: z.boolean(),
  /** What it did more of than any command may; absent where it was not stopped for that. */
  stopped: z.string().optional(),
  durationMs: z.number().nonnegative(),
  tests: TestCounts.nullable(),
  failedTests: z.array(z.string()),
  /** Tests that passed on the snapshot and did not pass now: they failed, were skipped, or did not run. */
  regressions: z.array(z.string()),
  /** Those of the regressions that did not fail; absent where there are none. */
  vanished: z.array(z.string()).optional(),
  fixed: z.array(z.string()),
  /** Why the command shows nothing although it ended without a failure; absent where nothing speaks against it. */
  doubts: z.array(z.string()).optional(),
  /** Absent where no agent touched a test or a configuration of tests. */
  touched: TouchedTests.optional(),
  treeHash: z.string(),
  logPath: z.string(),
  output: z.string(),
  /** Absent where none was asked for. */
  baseline: BaselineNote.optional(),
});
export type Receipt = z.infer<typeof Receipt>;

export const Verdict = z.enum(['passed', 'failed', 'unverified']);
export type Verdict = z.infer<typeof Verdict>;
