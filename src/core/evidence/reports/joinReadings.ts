import type { ReportGaps, TestReport } from '../../ports/testReports.ts';
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
 * One report of what was printed for people and of a document for machines. The document counts where the
 * other one does not name every test, and only as far as the two agree.
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
  // Who names every test on the terminal needs no file, which any test may have written.
  if (isSameRun && report.gaps === undefined) return report;
  if (isSameRun && agreesOnFailures(report.gaps, document.report)) return document.report;
  return withGaps([...printed, document], 'it printed reports that differ');
}

/** The titles of what failed stand in the document, too; what is above them is written in many ways. */
function agreesOnFailures(gaps: ReportGaps | undefined, { results }: TestReport): boolean {
  const failed = results.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name);
  const titles = gaps?.failedNames.map(titleOf) ?? [];
  return titles.every((title) => failed.some((name) => name.endsWith(title)));
}

/** The last part of a name: the test, or the file that could not be run. */
function titleOf(name: string): string {
  return (name.split(' > ').at(-1) ?? name).replace(/^\.\//u, '');
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
    gaps: { reason, failedNames: [...new Set(failed)], areFailuresNamed: false },
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
