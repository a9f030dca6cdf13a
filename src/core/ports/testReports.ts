import type { TestCounts, TestResult } from '../../protocol/receipt.ts';
import type { CommandResult } from './commandRunner.ts';

/** Why a report does not name all tests, and which of the failed ones it does name. */
export interface ReportGaps {
  readonly reason: string;
  readonly failedNames: readonly string[];
  /** True where every failed test is among them, under a name of its own. */
  readonly areFailuresNamed: boolean;
}

export interface TestReport {
  readonly counts: TestCounts;
  /** Each test that was counted, under a name of its own, or none at all where the list would have gaps. */
  readonly results: readonly TestResult[];
  /** Present where `results` is empty for want of names: nothing may be compared with such a run. */
  readonly gaps?: ReportGaps;
}

/** What came of a command, and what it reported; no report where there is none that is understood. */
export interface ReportedRun {
  readonly result: CommandResult;
  readonly report: TestReport | null;
}

/** Finds out what a test command reported. */
export interface TestReports {
  /**
   * Runs a command and reads its report: what it printed, or wrote into a file under one of the usual names.
   * Any test may write such a file: it counts when a format was asked for, or when the command or the
   * configuration of a test runner in its folder names it. Rejects only when the command does.
   *
   * @param place - the command, the folder in which it starts, and the format asked for
   */
  watch(
    place: {
      readonly command: string;
      readonly directory: string;
      readonly format: 'auto' | 'tap' | 'junit' | 'json';
    },
    run: () => Promise<CommandResult>,
  ): Promise<ReportedRun>;
}
