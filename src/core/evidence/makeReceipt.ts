import type { BaselineNote, Receipt, TouchedTests } from '../../protocol/receipt.ts';
import { RECEIPT_OUTPUT_CHARS } from '../limits.ts';
import type { CommandResult } from '../ports/commandRunner.ts';
import type { TestReport } from '../ports/testReports.ts';
import { compareRuns, named, NOTHING, type Comparison } from './compareRuns.ts';
import { isTestCommand } from './testCommand.ts';

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
  readonly touched?: TouchedTests | undefined;
  /** What came of the same command on the snapshot, when it was asked to run there too. */
  readonly baseline?: BaselineFacts | undefined;
}

/** States what came out, without judging more than the command and its tests did. */
export function makeReceipt(facts: VerificationFacts): Receipt {
  const { verifyId, label, phase, command, cwd, required, sandbox, treeHash, logPath } = facts;
  const { exitCode, timedOut, stopped, durationMs, output } = facts.result;
  const { report, touched } = facts;
  const tests = report?.counts ?? null;
  const compared = facts.baseline === undefined ? undefined : compare(facts.baseline, facts);
  const { regressions = [], vanished = [], fixed = [] } = compared?.comparison ?? {};
  const doubts = doubtsOf(facts, compared?.comparison);
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
    // Some runners end with 0 although a test failed.
    ok: isClean(facts) && regressions.length === 0 && doubts.length === 0,
    failedTests: [...(report?.gaps?.failedNames ?? named(report?.results ?? [], 'failed'))],
    regressions: [...regressions],
    ...(vanished.length === 0 ? {} : { vanished: [...vanished] }),
    fixed: [...fixed],
    ...(doubts.length === 0 ? {} : { doubts }),
    ...(touched === undefined ? {} : { touched }),
    output: output.slice(-RECEIPT_OUTPUT_CHARS),
    ...(compared === undefined ? {} : { baseline: compared.note }),
  };
}

function isClean({ result: { exitCode, timedOut }, report }: VerificationFacts): boolean {
  return exitCode === 0 && !timedOut && (report === null || report.counts.failed === 0);
}

/** Why an ending without any failure shows nothing about the proposed files. */
function doubtsOf(facts: VerificationFacts, comparison: Comparison | undefined): string[] {
  const { command, report, baseline } = facts;
  if (!isClean(facts)) return [];
  const hasRun = report !== null && report.counts.passed + report.counts.failed > 0;
  const isEmpty = report !== null && !hasRun;
  if (isEmpty && isTestCommand(command)) return ['it ran no tests'];
  const hadTests = (baseline?.report?.counts.passed ?? 0) > 0;
  if (!hasRun && hadTests) return ['it ran no tests, and did on the snapshot'];
  return comparison?.isShort === true && comparison.problem !== null ? [comparison.problem] : [];
}

interface ComparedBaseline {
  readonly note: BaselineNote;
  readonly comparison: Comparison;
}

function compare(baseline: BaselineFacts, { result, report }: VerificationFacts): ComparedBaseline {
  const { treeHash, logPath } = baseline;
  const place = { tests: baseline.report?.counts ?? null, treeHash, logPath };
  const { result: then } = baseline;
  const cut = typeof then === 'string' ? `it could not run there: ${then}` : whyCut(then, 'there');
  const comparison =
    cut === null
      ? withoutUnseen(compareRuns(baseline.report, report), whyCut(result, 'now'))
      : { ...NOTHING, problem: cut };
  const { exitCode, timedOut } =
    typeof then === 'string' ? { exitCode: null, timedOut: false } : then;
  return { comparison, note: { ...place, exitCode, timedOut, problem: comparison.problem } };
}

/** A suite that was cut off says what failed until then, and nothing of the tests that it did not come to. */
function withoutUnseen(comparison: Comparison, cut: string | null): Comparison {
  if (cut === null) return comparison;
  const { regressions, vanished } = comparison;
  const unseen = new Set(vanished);
  const failed = regressions.filter((name) => !unseen.has(name));
  return { ...comparison, regressions: failed, vanished: [], problem: cut };
}

function whyCut({ timedOut, stopped }: CommandResult, where: 'there' | 'now'): string | null {
  if (timedOut) return `it ran out of time ${where}`;
  return stopped === undefined ? null : `it was stopped ${where}: ${stopped}`;
}
