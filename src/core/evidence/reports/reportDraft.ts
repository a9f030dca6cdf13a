/**
 * What a runner prints is a list of tests and then a total, perhaps several times: one for each script that
 * a command runs. Anything may print such lines, a test above all. So a total is believed together with a
 * list that agrees with it; where they differ the last total of the run counts and the list does not, because
 * a comparison with another run must not rest on a list with gaps or with forged entries.
 */
import type { TestCounts, TestResult } from '../../../protocol/receipt.ts';
import type { ReportGaps, TestReport } from '../../ports/testReports.ts';
import { mergeRepeats, numberRepeats, testName } from './testNames.ts';

/** Failed tests that are named where not all tests are. */
const MAX_FAILED_NAMES = 1000;

/** How many entries of each kind a list holds. */
export interface Tally extends TestCounts {
  /** Groups of tests; some runners count the one or other of them as a test. */
  readonly groups: number;
}

/** What a runner says about a run as a whole. */
export interface RunTotal extends TestCounts {
  /** Lines that the list of its tests has to have, groups included, where the runner lets us know. */
  readonly entries?: number;
}

export interface ReportDraftOptions {
  readonly agrees?: (listed: Tally, total: RunTotal) => boolean;
  /** Whether a second entry of a name is the same test, or another one. */
  readonly repeats?: 'sameTest' | 'otherTest';
}

/** A report, and where in the output its last total stands. */
export interface Reading {
  readonly report: TestReport;
  readonly lastLine: number;
}

type Counter = { -readonly [key in keyof (Tally & { extra: number })]: number };

/** The runner counts its tests and names only those that failed. */
const UNLISTED = 'it did not list each of its tests';

export class ReportDraft {
  readonly #options: ReportDraftOptions;
  readonly #results: TestResult[] = [];
  readonly #failures = new Set<string>();
  #running: Counter = emptyCounter();
  /** Where the run that is being read began. */
  #runStart: Counter = emptyCounter();
  /** Where the last total stood. */
  #lastTotal: Counter = emptyCounter();
  #settled: TestCounts = { passed: 0, failed: 0, skipped: 0 };
  #lastSettled: TestCounts = { passed: 0, failed: 0, skipped: 0 };
  #isFreshRun = true;
  #isCut = false;
  /** The last total that no list agreed with. */
  #unconfirmed: RunTotal | null = null;
  #why: string | null = null;
  #lastLine = -1;

  constructor(options: ReportDraftOptions = {}) {
    this.#options = options;
  }

  get failed(): number {
    return this.#running.failed + this.#running.extra;
  }

  /** A test of the list, as the runner counts them. */
  test(path: readonly string[], outcome: TestResult['outcome']): void {
    this.#running[outcome] += 1;
    this.#results.push({ name: testName(path), outcome });
  }

  /** Something that failed and that the runner does not count as a test: a hook, a file. */
  failedBeside(path: readonly string[]): void {
    this.#running.extra += 1;
    this.#results.push({ name: testName(path), outcome: 'failed' });
  }

  group(): void {
    this.#running.groups += 1;
  }

  /** A failed test that is named elsewhere than in the list. */
  failure(path: readonly string[]): void {
    if (this.#failures.size < MAX_FAILED_NAMES) this.#failures.add(testName(path));
  }

  /** True where the list so far agrees. */
  total(total: RunTotal, line: number): boolean {
    const listed = difference(this.#running, this.#runStart);
    const sinceLast = difference(this.#running, this.#lastTotal);
    this.#lastLine = line;
    const isConfirmed = this.#agrees(listed, total);
    if (isConfirmed) {
      this.#settle(listed);
    } else if (!this.#isCut && this.#agrees(difference(this.#running, emptyCounter()), total)) {
      // What looked like the total of a run before was a line that a test had printed.
      this.#settled = { passed: 0, failed: 0, skipped: 0 };
      this.#why = null;
      this.#settle(difference(this.#running, emptyCounter()));
    } else if (this.#unconfirmed !== null && this.#agrees(sinceLast, total)) {
      this.#settleUnconfirmed(difference(this.#lastTotal, this.#runStart));
      this.#settle(sinceLast);
    } else if (!this.#isFreshRun && isEmpty(listed)) {
      this.#contradict(total);
    } else {
      this.#unconfirmed = total;
    }
    this.#lastTotal = { ...this.#running };
    return isConfirmed;
  }

  /** Another script begins. */
  script(): void {
    if (this.#unconfirmed !== null) {
      this.#settleUnconfirmed(difference(this.#running, this.#runStart));
    }
    this.#isFreshRun = true;
  }

  /** A part of the output is missing here. */
  cut(): void {
    this.#isCut = true;
    this.#why = 'its output was cut in the middle';
    this.#unconfirmed = null;
    this.#runStart = { ...this.#running };
    this.#lastTotal = { ...this.#running };
    this.#lastLine = -1;
    this.#isFreshRun = true;
  }

  /** Null where no run came to its end. */
  finish(): Reading | null {
    if (this.#lastLine === -1) return null;
    const rest = difference(this.#running, this.#runStart);
    if (this.#unconfirmed !== null) this.#settleUnconfirmed(rest);
    else if (!isEmpty(rest)) this.#why ??= 'it listed tests after its total';
    return { report: this.#report(), lastLine: this.#lastLine };
  }

  #report(): TestReport {
    if (this.#why !== null) {
      const failedNames = this.#failedNames();
      const areFailuresNamed =
        this.#why === UNLISTED && failedNames.length === this.#settled.failed;
      const gaps: ReportGaps = { reason: this.#why, failedNames, areFailuresNamed };
      return { counts: this.#settled, results: [], gaps };
    }
    if (this.#options.repeats === 'sameTest') return reportOfMerged(this.#results);
    return { counts: this.#settled, results: numberRepeats(this.#results) };
  }

  #failedNames(): readonly string[] {
    const listed = this.#results.filter(({ outcome }) => outcome === 'failed');
    const names = new Set([...listed.map(({ name }) => name), ...this.#failures]);
    return [...names].slice(0, MAX_FAILED_NAMES);
  }

  #agrees(listed: Counter, total: RunTotal): boolean {
    return (this.#options.agrees ?? hasSameCounts)(listed, total);
  }

  #settle({ passed, failed, skipped, extra }: Counter): void {
    this.#add({ passed, failed: failed + extra, skipped });
    this.#runStart = { ...this.#running };
    this.#unconfirmed = null;
    this.#isFreshRun = false;
  }

  /** A second total without any test above it: one of the two was printed by a test. The worse one counts. */
  #contradict({ passed, failed, skipped }: RunTotal): void {
    this.#why ??= 'it printed more than one total';
    if (failed <= this.#lastSettled.failed) return;
    const settled = this.#settled;
    const lastSettled = this.#lastSettled;
    this.#settled = {
      passed: settled.passed - lastSettled.passed,
      failed: settled.failed - lastSettled.failed,
      skipped: settled.skipped - lastSettled.skipped,
    };
    this.#add({ passed, failed, skipped });
  }

  #settleUnconfirmed({ extra }: Counter): void {
    const total = this.#unconfirmed ?? { passed: 0, failed: 0, skipped: 0 };
    this.#add({ ...total, failed: total.failed + extra });
    this.#why ??= UNLISTED;
    this.#runStart = { ...this.#running };
    this.#unconfirmed = null;
  }

  #add(counts: TestCounts): void {
    const { passed, failed, skipped } = counts;
    const sum = this.#settled;
    this.#lastSettled = counts;
    this.#settled = {
      passed: sum.passed + passed,
      failed: sum.failed + failed,
      skipped: sum.skipped + skipped,
    };
  }
}

function reportOfMerged(listed: readonly TestResult[]): TestReport {
  const results = mergeRepeats(listed);
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { outcome } of results) counts[outcome] += 1;
  return { counts, results };
}

function hasSameCounts(listed: Tally, total: RunTotal): boolean {
  const { passed, failed, skipped } = listed;
  return total.passed === passed && total.failed === failed && total.skipped === skipped;
}

function emptyCounter(): Counter {
  return { passed: 0, failed: 0, skipped: 0, groups: 0, extra: 0 };
}

function difference(end: Counter, start: Counter): Counter {
  return {
    passed: end.passed - start.passed,
    failed: end.failed - start.failed,
    skipped: end.skipped - start.skipped,
    groups: end.groups - start.groups,
    extra: end.extra - start.extra,
  };
}

function isEmpty({ passed, failed, skipped, extra }: Counter): boolean {
  return passed + failed + skipped + extra === 0;
}
