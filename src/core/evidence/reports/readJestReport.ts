import type { TestResult } from '../../../protocol/receipt.ts';
import { indentOf, OpenTitles, readWith, type LineReader } from './lineReader.ts';
import { ReportDraft, type Reading, type RunTotal } from './reportDraft.ts';
import type { ReportLine } from './reportLines.ts';
import { withoutRemarks } from './testNames.ts';

const MARKS: ReadonlyMap<string, TestResult['outcome']> = new Map([
  ['✓', 'passed'],
  ['√', 'passed'],
  ['✕', 'failed'],
  ['×', 'failed'],
  ['○', 'skipped'],
  ['✎', 'skipped'],
]);
const FILE = /^ ?(?:PASS|FAIL) +(?<file>\S.*)$/u;
const BROKEN_FILE = '  ● Test suite failed to run';
const PART = /^(?<count>\d{1,9}) (?<key>failed|skipped|todo|passed|total)$/u;

/** Reads what jest prints: the tests where it lists them, else what failed and the total. */
export function readJestReport(lines: readonly ReportLine[]): Reading | null {
  return readWith(new JestReader(), lines);
}

class JestReader implements LineReader {
  readonly draft = new ReportDraft();
  readonly #titles = new OpenTitles();
  readonly #brokenFiles = new Set<string>();
  #file = '';
  /** The list of a file ends at the first empty line; what is printed below is anything. */
  #isInList = false;
  #previous = '';

  line(text: string, index: number): void {
    const file = FILE.exec(text)?.groups?.['file'];
    const total = this.#previous.startsWith('Test Suites: ') ? totalOf(text) : null;
    if (file !== undefined) this.#openFile(withoutRemarks(file));
    else if (total !== null) this.#endRun(total, index);
    else if (text.startsWith('  ● ')) this.#failure(text);
    else if (text.trim() === '') this.#isInList = false;
    else if (this.#isInList) this.#listed(text);
    this.#previous = text;
  }

  endPart(): void {
    this.#titles.clear();
    this.#brokenFiles.clear();
    this.#isInList = false;
    this.#file = '';
  }

  #openFile(file: string): void {
    this.#titles.clear();
    this.#file = file;
    this.#isInList = true;
  }

  #endRun(total: RunTotal, index: number): void {
    this.draft.total(total, index);
    this.#isInList = false;
    this.#brokenFiles.clear();
  }

  #failure(text: string): void {
    this.#isInList = false;
    const title = text.slice(4);
    if (text !== BROKEN_FILE) {
      const isTest = title !== 'Console' && this.#file !== '';
      if (isTest) this.draft.failure([this.#file, ...title.split(' › ')]);
    } else if (!this.#brokenFiles.has(this.#file)) {
      // Files that failed are listed once more at the end of long runs.
      this.#brokenFiles.add(this.#file);
      this.draft.failedBeside([this.#file]);
    }
  }

  #listed(text: string): void {
    const indent = indentOf(text);
    if (indent < 2) return;
    const title = text.slice(indent);
    const outcome = title[1] === ' ' ? MARKS.get(title.slice(0, 1)) : undefined;
    if (outcome === undefined) {
      this.#titles.open(indent, title.trimEnd());
      return;
    }
    const name = withoutRemarks(title.slice(2));
    const path = [this.#file, ...this.#titles.above(indent)];
    this.draft.test([...path, outcome === 'skipped' ? withoutKind(name) : name], outcome);
  }
}

// "○ skipped adds numbers": the word is jest's and would be gone once the test runs again.
function withoutKind(title: string): string {
  return title.replace(/^(?:skipped|todo) /u, '');
}

function totalOf(text: string): RunTotal | null {
  if (!text.startsWith('Tests: ') || text.length > 200) return null;
  const counts = { failed: 0, skipped: 0, todo: 0, passed: 0, total: -1 };
  for (const part of text.slice('Tests: '.length).trim().split(', ')) {
    const { key, count } = PART.exec(part)?.groups ?? {};
    if (!isKey(key)) return null;
    counts[key] = Number(count);
  }
  const { passed, failed, skipped, todo, total } = counts;
  if (total !== passed + failed + skipped + todo) return null;
  return { passed, failed, skipped: skipped + todo };
}

function isKey(
  text: string | undefined,
): text is 'failed' | 'skipped' | 'todo' | 'passed' | 'total' {
  return text !== undefined && /^(?:failed|skipped|todo|passed|total)$/u.test(text);
}
