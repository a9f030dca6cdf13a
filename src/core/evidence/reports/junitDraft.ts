import type { TestResult } from '../../../protocol/receipt.ts';
import type { TestReport } from '../../ports/testReports.ts';
import { numberRepeats, testName } from './testNames.ts';

const ROOTS = ['testsuites', 'testsuite'];
/** Deeper nesting is no report: the deepest that runners write is a suite for each `describe`. */
const MAX_DEPTH = 200;

interface OpenTest {
  readonly path: readonly string[];
  readonly depth: number;
  hasFailed: boolean;
  isSkipped: boolean;
}

/** Collects the tests of one JUnit XML document from its elements; text and other elements do not matter. */
export class JunitDraft {
  readonly #results: TestResult[] = [];
  readonly #suites: { readonly name: string; readonly depth: number }[] = [];
  #test: OpenTest | null = null;
  #depth = 0;
  #isValid = true;
  #hasRoot = false;

  /** True after the end of the root element. */
  get isComplete(): boolean {
    return this.#isValid && this.#hasRoot && this.#depth === 0;
  }

  open(element: string, attributes: Readonly<Record<string, string>>): void {
    this.#depth += 1;
    this.#hasRoot = true;
    if (this.#depth > MAX_DEPTH || (this.#depth === 1 && !ROOTS.includes(element))) {
      this.#isValid = false;
    }
    if (element === 'testcase') this.#openTest(attributes);
    else if (element === 'testsuite') this.#openSuite(attributes['name'] ?? '');
    else if (element === 'failure' || element === 'error') this.#mark('hasFailed');
    else if (element === 'skipped') this.#mark('isSkipped');
  }

  close(): void {
    if (this.#test?.depth === this.#depth) this.#endTest(this.#test);
    if (this.#suites.at(-1)?.depth === this.#depth) this.#suites.pop();
    this.#depth -= 1;
  }

  /** Null where the document ended too early or was none. */
  finish(): TestReport | null {
    if (!this.isComplete) return null;
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const { outcome } of this.#results) counts[outcome] += 1;
    return { counts, results: numberRepeats(this.#results) };
  }

  #openSuite(name: string): void {
    this.#suites.push({ name, depth: this.#depth });
  }

  #openTest(attributes: Readonly<Record<string, string>>): void {
    const suites = this.#suites.map(({ name }) => name);
    const group = attributes['classname'] ?? '';
    // Many writers repeat the suite's name as the class of each of its tests.
    const path = suites.at(-1) === group ? suites : [...suites, group];
    this.#test = {
      path: [...path, attributes['name'] ?? ''],
      depth: this.#depth,
      hasFailed: false,
      isSkipped: false,
    };
  }

  #mark(what: 'hasFailed' | 'isSkipped'): void {
    if (this.#test?.depth === this.#depth - 1) this.#test[what] = true;
  }

  #endTest({ path, hasFailed, isSkipped }: OpenTest): void {
    this.#test = null;
    // A test that is marked as still to be done may fail without harm.
    const outcome = isSkipped ? 'skipped' : hasFailed ? 'failed' : 'passed';
    this.#results.push({ name: testName(path), outcome });
  }
}
