import type { TestCounts, TestResult } from '../../protocol/receipt.ts';

/** Why a report does not name all tests, and which of the failed ones it does name. */
export interface ReportGaps {
  readonly reason: string;
  readonly failedNames: readonly string[];
}

export interface TestReport {
  readonly counts: TestCounts;
  /** Each test that was counted, under a name of its own, or none at all where the list would have gaps. */
  readonly results: readonly TestResult[];
  /** Present where `results` is empty for want of names: nothing may be compared with such a run. */
  readonly gaps?: ReportGaps;
}

/** Where a report's command ran, and what it wrote for machines to read. */
export interface ReportPlace {
  /** The materialised tree: names of files become relative to it, and so the same in each run. */
  readonly directory?: string;
  /** Texts of the report files that the command wrote, the best format first. */
  readonly files?: readonly string[];
}

/** Finds out what a test command reported. */
export interface TestReports {
  /** Null when the output holds no report that is understood. */
  parse(
    output: string,
    format: 'auto' | 'tap' | 'junit' | 'json',
    place?: ReportPlace,
  ): Promise<TestReport | null>;
}
