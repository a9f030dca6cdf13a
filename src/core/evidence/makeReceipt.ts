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
  const { exitCode, timedOut, durationMs, output } = facts.result;
  const results = facts.report?.results ?? [];
  const tests = facts.report?.counts ?? null;
  const failed = namesOf(results, 'failed');
  const baseline = facts.baseline === undefined ? undefined : noteOf(facts.baseline, facts.report);
  // A suite that was cut off says too little about what passed before.
  const before = baseline?.problem === null ? (facts.baseline?.report?.results ?? []) : [];
  const passedBefore = new Set(namesOf(before, 'passed'));
  const failedBefore = new Set(namesOf(before, 'failed'));
  return {
    ...{ verifyId, label, phase, command, cwd, required, sandbox, treeHash, logPath },
    ...{ exitCode, timedOut, durationMs, tests },
    // Some runners end with 0 although a test failed.
    ok: exitCode === 0 && !timedOut && (tests === null || tests.failed === 0),
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
  const tests = report?.counts ?? null;
  const place = { tests, treeHash, logPath };
  if (typeof result === 'string') {
    const problem = `it could not be run there: ${result}`;
    return { ...place, exitCode: null, timedOut: false, problem };
  }
  const { exitCode, timedOut } = result;
  const problem = timedOut ? 'it ran out of time there' : incomparable(report, now);
  return { ...place, exitCode, timedOut, problem };
}

/** Null where each test that passed there is named here, too, whatever became of it. */
function incomparable(before: TestReport | null, now: TestReport | null): string | null {
  if (before === null || before.results.length === 0) {
    const reason = before?.gaps?.reason;
    return reason === undefined
      ? 'it named no tests there'
      : `not all tests are named there: ${reason}`;
  }
  if (now === null) return null;
  if (now.gaps !== undefined) return `not all tests are named now: ${now.gaps.reason}`;
  const names = new Set(now.results.map(({ name }) => name));
  const gone = namesOf(before.results, 'passed').filter((name) => !names.has(name));
  const [first] = gone;
  if (first === undefined) return null;
  return `${gone.length} tests that passed there did not run now, such as "${first}"`;
}

function namesOf(results: readonly TestResult[], outcome: TestResult['outcome']): string[] {
  return results.filter((result) => result.outcome === outcome).map((result) => result.name);
}
