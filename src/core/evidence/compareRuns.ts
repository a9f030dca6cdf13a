/** What a suite did on the proposed tree that it did not do on the snapshot. */
import { plural } from '../../base/format.ts';
import type { TestResult } from '../../protocol/receipt.ts';
import type { TestReport } from '../ports/testReports.ts';

export interface Comparison {
  /** Passed there and not now: failed, skipped, or gone. Without names of what passed: failed now only. */
  readonly regressions: readonly string[];
  /** Those of them that did not fail: they were skipped, or did not run at all. */
  readonly vanished: readonly string[];
  readonly fixed: readonly string[];
  /** Why the two can't be told apart, or not wholly; null where they can. */
  readonly problem: string | null;
  /** Tests that ran there did not run now, and their names are not known. */
  readonly isShort?: boolean;
}

/** Compares by names: of all tests where both reports have them, else of those that failed. */
export function compareRuns(before: TestReport | null, now: TestReport | null): Comparison {
  const why = whyIncomparable(before, now);
  if (before === null || why !== null) return { ...NOTHING, problem: why };
  const isNamed = before.gaps === undefined && now?.gaps === undefined;
  return isNamed ? compareAll(before.results, now?.results ?? []) : compareFailed(before, now);
}

/** Of two runs that can't be compared. */
export const NOTHING: Comparison = { regressions: [], vanished: [], fixed: [], problem: null };

function whyIncomparable(before: TestReport | null, now: TestReport | null): string | null {
  if (before === null) return 'its output named no tests there';
  const { gaps, results } = before;
  if (gaps === undefined && results.length === 0) return 'its output named no tests there';
  const place = 'its output does not name every test';
  if (gaps !== undefined && !gaps.areFailuresNamed) return `${place} there: ${gaps.reason}`;
  if (now?.gaps?.areFailuresNamed === false) return `${place} now: ${now.gaps.reason}`;
  return null;
}

function compareAll(before: readonly TestResult[], now: readonly TestResult[]): Comparison {
  const outcomes = new Map(now.map(({ name, outcome }) => [name, outcome]));
  const regressions = named(before, 'passed').filter((name) => outcomes.get(name) !== 'passed');
  return {
    regressions,
    vanished: regressions.filter((name) => outcomes.get(name) !== 'failed'),
    fixed: named(before, 'failed').filter((name) => outcomes.get(name) === 'passed'),
    problem: null,
  };
}

/** Runners that list no tests still name those that failed; of the others only the number is known. */
function compareFailed(before: TestReport, now: TestReport | null): Comparison {
  const failedBefore = new Set(failedNames(before));
  const failedNow = new Set(now === null ? [] : failedNames(now));
  const missing = ran(before) - (now === null ? 0 : ran(now));
  const problem = missing > 0 ? `${plural(missing, 'test')} that ran there did not run now` : null;
  return {
    regressions: [...failedNow].filter((name) => !failedBefore.has(name)),
    vanished: [],
    // One that is not run any more has not been fixed.
    fixed: missing > 0 ? [] : [...failedBefore].filter((name) => !failedNow.has(name)),
    problem,
    isShort: missing > 0,
  };
}

function failedNames({ gaps, results }: TestReport): readonly string[] {
  return gaps?.failedNames ?? named(results, 'failed');
}

function ran({ counts }: TestReport): number {
  return counts.passed + counts.failed;
}

/** The names of the tests with this outcome. */
export function named(
  results: readonly TestResult[],
  outcome: TestResult['outcome'],
): readonly string[] {
  return results.filter((result) => result.outcome === outcome).map(({ name }) => name);
}
