import type { TestResult } from '../../protocol/receipt.ts';
import type { TestReport } from '../ports/testReports.ts';

/** Counts the results of single tests. */
export function reportOf(results: readonly TestResult[]): TestReport {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { outcome } of results) counts[outcome] += 1;
  return { counts, results };
}
