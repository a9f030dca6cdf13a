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
  durationMs: z.number().nonnegative(),
  tests: TestCounts.nullable(),
  failedTests: z.array(z.string()),
  regressions: z.array(z.string()),
  fixed: z.array(z.string()),
  treeHash: z.string(),
  logPath: z.string(),
  output: z.string(),
});
export type Receipt = z.infer<typeof Receipt>;

export const Verdict = z.enum(['passed', 'failed', 'unverified']);
export type Verdict = z.infer<typeof Verdict>;
