import type { TestCounts, TestResult } from '../../protocol/receipt.ts';

export interface TestReport {
  readonly counts: TestCounts;
  readonly results: readonly TestResult[];
}

/** Finds out what a test command reported. */
export interface TestReports {
  /** Null when the output holds no report that is understood. */
  parse(output: string, format: 'auto' | 'tap' | 'junit' | 'json'): Promise<TestReport | null>;
}
