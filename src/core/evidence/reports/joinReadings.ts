import type { TestReport } from '../../ports/testReports.ts';
import type { Reading } from './reportDraft.ts';
import { numberRepeats } from './testNames.ts';

/**
 * One report of all that was understood. Where two runners left totals and one of them without its tests,
 * one of the two may be something that a test printed: the last total counts, and nothing is compared.
 */
export function joinReadings(readings: readonly Reading[]): TestReport | null {
  const [first] = readings;
  if (first === undefined) return null;
  if (readings.length === 1) return first.report;
  const reports = readings.map(({ report }) => report);
  if (reports.every(({ gaps }) => gaps === undefined)) return sumOf(reports);
  return withGaps(readings, 'it printed totals of more than one test runner');
}

/**
 * One report of what was printed for people and of what was printed for machines: the latter, where it is
 * about the same run, because it names every test.
 */
export function joinWithDocument(
  printed: readonly Reading[],
  document: Reading | null,
): TestReport | null {
  const report = joinReadings(printed);
  if (document === null || report === null) return document?.report ?? report;
  const { passed, failed, skipped } = document.report.counts;
  const { counts } = report;
  const isSameRun =
    counts.passed === passed && counts.failed === failed && counts.skipped === skipped;
  if (isSameRun) return document.report;
  return withGaps([...printed, document], 'it printed reports that differ');
}

function withGaps(readings: readonly Reading[], reason: string): TestReport {
  const reports = readings.map(({ report }) => report);
  const last = readings.toSorted((a, b) => a.lastLine - b.lastLine).at(-1);
  const failed = reports.flatMap(({ gaps, results }) => [
    ...(gaps?.failedNames ?? []),
    ...results.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name),
  ]);
  return {
    counts: last?.report.counts ?? { passed: 0, failed: 0, skipped: 0 },
    results: [],
    gaps: { reason, failedNames: [...new Set(failed)] },
  };
}

/** Adds up the reports of runs that followed each other, each of which names all its tests. */
export function sumOf(reports: readonly TestReport[]): TestReport {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const report of reports) {
    counts.passed += report.counts.passed;
    counts.failed += report.counts.failed;
    counts.skipped += report.counts.skipped;
  }
  return { counts, results: numberRepeats(reports.flatMap(({ results }) => results)) };
}
