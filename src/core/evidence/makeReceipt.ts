import { plural } from '../../base/format.ts';
import type { BaselineNote, Receipt, TestResult } from '../../protocol/receipt.ts';
import { RECEIPT_OUTPUT_CHARS } from '../limits.ts';
import type { CommandResult } from '../ports/commandRunner.ts';
import type { TestReport } from '../ports/testReports.ts';

/** The same command on the snapshot. */
export interface BaselineFacts {
  readonly treeHash: string;
  readonly logPath: string;
  /** A text says why the command could not be run there. */
  readonly result: CommandResult | string;
  readonly report: TestReport | null;
}

/** What is known when a verification's command has ended. */
export interface VerificationFacts {
  readonly verifyId: number;
  readonly label: string;
  readonly phase: string | null;
  readonly command: string;
  readonly cwd: string;
  readonly required: boolean;
  readonly sandbox: Receipt['sandbox'];
  readonly treeHash: string;
  readonly logPath: string;
  readonly result: CommandResult;
  readonly report: TestReport | null;
  /** What came of the same command on the snapshot, when it was asked to run there too. */
  readonly baseline?: BaselineFacts | undefined;
}

/** States what came out, without judging more than the command and its tests did. */
export function makeReceipt(facts: VerificationFacts): Receipt {
  const { verifyId, label, phase, command, cwd, required, sandbox, treeHash, logPath } = facts;
  const { exitCode, timedOut, stopped, durationMs, output } = facts.result;
  const results = facts.report?.results ?? [];
  const tests = facts.report?.counts ?? null;
  const failed = namesOf(results, 'failed');
  // Some runners end with 0 although a test failed.
  const ok = exitCode === 0 && !timedOut && (tests === null || tests.failed === 0);
  const then = facts.baseline === undefined ? undefined : noteOf(facts.baseline, facts.report);
  // A suite that was cut off says too little about what passed before.
  const before = then?.problem === null ? (facts.baseline?.report?.results ?? []) : [];
  const baseline = ok ? then : withMissing(then, before, results);
  const passedBefore = new Set(namesOf(before, 'passed'));
  const failedBefore = new Set(namesOf(before, 'failed'));
  return {
    verifyId,
    label,
    phase,
    command,
    cwd,
    required,
    sandbox,
    treeHash,
    logPath,
    exitCode,
    timedOut,
    durationMs,
    tests,
    ...(stopped === undefined ? {} : { stopped }),
    ok,
    failedTests: [...(facts.report?.gaps?.failedNames ?? failed)],
    regressions: failed.filter((name) => passedBefore.has(name)),
    fixed: namesOf(results, 'passed').filter((name) => failedBefore.has(name)),
    output: output.slice(-RECEIPT_OUTPUT_CHARS),
    ...(baseline === undefined ? {} : { baseline }),
  };
}

function noteOf(
  { treeHash, logPath, result, report }: BaselineFacts,
  now: TestReport | null,
): BaselineNote {
  const place = { tests: report?.counts ?? null, treeHash, logPath };
  if (typeof result === 'string') {
    const problem = `it could not run there: ${result}`;
    return { ...place, exitCode: null, timedOut: false, problem };
  }
  const { exitCode, timedOut } = result;
  const problem = whyCut(result) ?? incomparable(report, now);
  return { ...place, exitCode, timedOut, problem };
}

function whyCut({ timedOut, stopped }: CommandResult): string | null {
  if (timedOut) return 'it ran out of time there';
  return stopped === undefined ? null : `it was stopped there: ${stopped}`;
}

/** Null where failures of now can be told from those of then by the names of the tests. */
function incomparable(before: TestReport | null, now: TestReport | null): string | null {
  if (before?.gaps !== undefined)
    return `its output does not name every test there: ${before.gaps.reason}`;
  if (before === null || before.results.length === 0) return 'its output named no tests there';
  return now?.gaps === undefined
    ? null
    : `its output does not name every test now: ${now.gaps.reason}`;
}

/** A failed suite whose tests are partly gone cannot be excused by names: a file may no longer load. */
function withMissing(
  note: BaselineNote | undefined,
  before: readonly TestResult[],
  now: readonly TestResult[],
): BaselineNote | undefined {
  const names = new Set(now.map(({ name }) => name));
  const missing = namesOf(before, 'passed').filter((name) => !names.has(name));
  const [first] = missing;
  if (note === undefined || first === undefined) return note;
  const problem = `${plural(missing.length, 'test')} that passed there did not run now, such as "${first}"`;
  return { ...note, problem };
}

function namesOf(results: readonly TestResult[], outcome: TestResult['outcome']): string[] {
  return results.filter((result) => result.outcome === outcome).map((result) => result.name);
}
