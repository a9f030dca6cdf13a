import type { TestResult } from '../../../protocol/receipt.ts';
import { indentOf, OpenTitles, readWith, type LineReader } from './lineReader.ts';
import { ReportDraft, type Reading, type RunTotal } from './reportDraft.ts';
import type { ReportLine } from './reportLines.ts';
import { withoutRemarks } from './testNames.ts';

const MARKS: ReadonlyMap<string, TestResult['outcome']> = new Map([
  ['✓', 'passed'],
  ['√', 'passed'],
  ['×', 'failed'],
  ['↓', 'skipped'],
  ['□', 'skipped'],
]);
const GROUP = '❯';
/** " a.test.ts (14 tests | 4 failed)": a file, whose tests may stand below. */
const FILE_COUNT = /^\d{1,9} tests?(?: \| \d{1,9} \w+)*$/u;
const GROUP_COUNT = /^\d{1,9}$/u;
const HEADING =
  /^⎯+ (?<kind>Failed Suites|Failed Tests|Unhandled Errors) (?:(?<count>\d{1,9}) )?⎯+$/u;
const PART = /^(?<count>\d{1,9}) (?<key>failed|passed|expected fail|skipped|todo)$/u;

interface Entry {
  readonly indent: number;
  readonly mark: string;
  readonly title: string;
}

/** Reads what vitest's default, verbose and tree reporters print. */
export function readVitestReport(lines: readonly ReportLine[]): Reading | null {
  return readWith(new VitestReader(), lines);
}

class VitestReader implements LineReader {
  readonly draft = new ReportDraft();
  readonly #titles = new OpenTitles();
  /** What the next entry's indentation makes a test or a group. */
  #entry: Entry | null = null;
  #section: 'list' | 'suites' | 'errors' = 'list';
  #suitesToName = 0;
  #previous = '';

  line(text: string, index: number): void {
    const heading = HEADING.exec(text)?.groups;
    const total = this.#previous.startsWith(' Test Files ') ? totalOf(text) : null;
    if (text.startsWith(' RUN  v')) this.#section = 'list';
    else if (heading !== undefined) this.#open(heading);
    else if (total !== null) this.#endRun(total, index);
    else if (this.#section === 'list') this.#listed(text);
    else if (text.startsWith(' FAIL ')) this.#failure(text.slice(' FAIL '.length));
    this.#previous = text;
  }

  endPart(): void {
    this.#flush(0);
    this.#titles.clear();
    this.#section = 'list';
    this.#suitesToName = 0;
  }

  #open({ kind, count }: Readonly<Record<string, string>>): void {
    this.#flush(0);
    this.#section = kind === 'Failed Suites' ? 'suites' : 'errors';
    this.#suitesToName = kind === 'Failed Suites' ? Number(count) : 0;
  }

  #endRun(total: RunTotal, index: number): void {
    this.#flush(0);
    this.draft.total(total, index);
    this.#titles.clear();
  }

  /** " FAIL  a.test.ts > suite", or " FAIL  a.test.ts [ a.test.ts ]" for a file that could not be run. */
  #failure(text: string): void {
    const end = text.indexOf(' [ ');
    const title = withoutTries(end === -1 ? text : text.slice(0, end));
    const path = title.trim().split(' > ');
    if (this.#section !== 'suites') this.draft.failure(path);
    else if (this.#suitesToName > 0) this.draft.failedBeside(path);
    this.#suitesToName -= 1;
  }

  #listed(text: string): void {
    const indent = indentOf(text);
    const mark = text.slice(indent, indent + 1);
    const isEntry = indent > 0 && text[indent + 1] === ' ' && (MARKS.has(mark) || mark === GROUP);
    if (!isEntry) return;
    this.#flush(indent);
    this.#entry = { indent, mark, title: withoutRemarks(text.slice(indent + 2)) };
  }

  /** Decides about the entry before, now that it is known how deep the next one stands. */
  #flush(nextIndent: number): void {
    const entry = this.#entry;
    this.#entry = null;
    if (entry === null) return;
    const { indent, mark, title } = entry;
    const group = groupTitle(title);
    const outcome = MARKS.get(mark);
    if (group !== null && (nextIndent > indent || mark === GROUP || group.isFile)) {
      this.#titles.open(indent, group.title);
    } else if (outcome !== undefined) {
      const path = [...this.#titles.above(indent), ...title.split(' > ')];
      this.draft.test(path, outcome);
    }
  }
}

/** "outer (11)" and "a.test.ts (2 tests)" stand above other entries, or for them. */
function groupTitle(text: string): { readonly title: string; readonly isFile: boolean } | null {
  const start = text.endsWith(')') ? text.lastIndexOf(' (') : -1;
  if (start === -1) return null;
  const count = text.slice(start + 2, -1);
  const isFile = count.length < 100 && FILE_COUNT.test(count);
  if (!isFile && !GROUP_COUNT.test(count)) return null;
  return { title: text.slice(0, start).trim(), isFile };
}

/** "flaky (initial run, 1st retry)" says which of its tries failed. */
function withoutTries(title: string): string {
  const start = title.lastIndexOf(' (initial run');
  return start === -1 || !title.endsWith(')') ? title : title.slice(0, start);
}

function totalOf(text: string): RunTotal | null {
  const start = text.length > 300 ? -1 : text.indexOf('Tests  ');
  if (start === -1 || text.slice(0, start).trim() !== '') return null;
  const rest = text.slice(start + 'Tests  '.length);
  if (rest === 'no tests') return { passed: 0, failed: 0, skipped: 0 };
  const end = rest.lastIndexOf(' (');
  const counts = new Map<string, number>();
  for (const part of rest.slice(0, end).split(' | ')) {
    const { key, count } = PART.exec(part)?.groups ?? {};
    if (end === -1 || key === undefined) return null;
    counts.set(key, Number(count));
  }
  const of = (...keys: readonly string[]): number =>
    keys.reduce((sum, key) => sum + (counts.get(key) ?? 0), 0);
  return {
    passed: of('passed', 'expected fail'),
    failed: of('failed'),
    skipped: of('skipped', 'todo'),
  };
}
