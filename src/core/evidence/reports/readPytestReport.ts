import type { TestResult } from '../../../protocol/receipt.ts';
import { readWith, type LineReader } from './lineReader.ts';
import { ReportDraft, type Reading, type RunTotal } from './reportDraft.ts';
import type { ReportLine } from './reportLines.ts';

const OUTCOMES = {
  PASSED: 'passed',
  XPASS: 'passed',
  FAILED: 'failed',
  ERROR: 'failed',
  SKIPPED: 'skipped',
  XFAIL: 'skipped',
} as const satisfies Readonly<Record<string, TestResult['outcome']>>;
type Word = keyof typeof OUTCOMES;

// "test_a.py::test_x SKIPPED (no db)   [ 20%]"; the word is looked for from the end.
const PROGRESS = / +\[ {0,2}\d{1,3}%\]$/u;
const WORKER = /^\[gw\d{1,4}\] \[ {0,2}\d{1,3}%\] (?<word>[A-Z]+) (?<id>\S.*)$/u;
const HEADING = /^(?<bar>=+) (?<title>[A-Za-z ]{1,40}) =+$/u;
const NAMED = /^(?<word>FAILED|ERROR) (?<rest>\S.*)$/u;
const TIME = /^\d+(?:\.\d+)?s(?: \(\d+:\d\d:\d\d\))?$/u;
const PART = /^(?<count>\d{1,9}) (?<word>[a-z]+)$/u;

/** Which number of a total counts as what; the words that are not here do not count tests. */
const COUNTED: ReadonlyMap<string, TestResult['outcome'] | null> = new Map([
  ['passed', 'passed'],
  ['xpassed', 'passed'],
  ['failed', 'failed'],
  ['error', 'failed'],
  ['errors', 'failed'],
  ['skipped', 'skipped'],
  ['xfailed', 'skipped'],
  ['deselected', null],
  ['warning', null],
  ['warnings', null],
  ['rerun', null],
]);

/** Reads what pytest prints: the tests where it lists them (-v), else what failed and the total. */
export function readPytestReport(lines: readonly ReportLine[]): Reading | null {
  return readWith(new PytestReader(), lines);
}

class PytestReader implements LineReader {
  // The tear-down of a test that passed may fail: that is one test, which failed.
  readonly draft = new ReportDraft({ repeats: 'sameTest' });
  /** Below the list, what tests printed is repeated. */
  #section: 'list' | 'details' | 'summary' = 'list';
  /** A total is the last word of a run: what follows unmasks it as something that a test printed. */
  #total: { readonly total: RunTotal; readonly index: number } | null = null;

  line(text: string, index: number): void {
    const heading = HEADING.exec(text)?.groups?.['title'];
    const total = totalOf(text);
    if (heading === 'test session starts') this.#startRun();
    else if (total !== null) this.#total = { total, index };
    else if (heading !== undefined) this.#openSection(heading);
    else if (this.#section === 'list') this.#listed(text);
    else if (this.#section === 'summary') this.#named(text);
  }

  endPart(): void {
    if (this.#total !== null) this.draft.total(this.#total.total, this.#total.index);
    this.#total = null;
    this.#section = 'list';
  }

  #startRun(): void {
    this.endPart();
    this.draft.script();
  }

  #openSection(heading: string): void {
    this.#total = null;
    this.#section = heading === 'short test summary info' ? 'summary' : 'details';
  }

  #listed(text: string): void {
    const byWorker = WORKER.exec(text)?.groups;
    const entry = byWorker === undefined ? entryOf(text) : wordAndId(byWorker);
    if (entry !== null) this.draft.test([entry.id], OUTCOMES[entry.word]);
  }

  #named(text: string): void {
    const rest = NAMED.exec(text)?.groups?.['rest'];
    if (rest !== undefined) this.draft.failure([idOf(rest)]);
  }
}

interface Entry {
  readonly word: Word;
  readonly id: string;
}

function wordAndId({ word = '', id = '' }: Readonly<Record<string, string>>): Entry | null {
  return isWord(word) && id.includes('::') ? { word, id: id.trimEnd() } : null;
}

function entryOf(text: string): Entry | null {
  if (text.startsWith(' ') || !text.includes('::')) return null;
  const rest = text.replace(PROGRESS, '').trimEnd();
  // The reason of a skip may hold such words, too: it stands in brackets.
  const reason = rest.endsWith(')') ? rest.indexOf(' (', rest.indexOf('::')) : -1;
  return entryBefore(rest, rest.length) ?? entryBefore(rest, reason);
}

function entryBefore(text: string, end: number): Entry | null {
  const id = text.slice(0, Math.max(0, end)).trimEnd();
  const space = id.lastIndexOf(' ');
  const word = id.slice(space + 1);
  return space > 0 && isWord(word) ? { word, id: id.slice(0, space).trimEnd() } : null;
}

function isWord(text: string): text is Word {
  return Object.hasOwn(OUTCOMES, text);
}

/** "test_a.py::test_x[a - b] - AssertionError": the id ends at the first " - " outside of brackets. */
function idOf(text: string): string {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '[') depth += 1;
    else if (text[index] === ']') depth -= 1;
    else if (depth <= 0 && text.startsWith(' - ', index)) return text.slice(0, index);
  }
  return text.trimEnd();
}

/** "=== 1 failed, 2 passed in 0.12s ===", without bars under -q. */
function totalOf(text: string): RunTotal | null {
  if (text.length > 400) return null;
  const bare = withoutBars(text);
  const end = bare.lastIndexOf(' in ');
  if (end === -1 || !TIME.test(bare.slice(end + 4))) return null;
  const counts = { passed: 0, failed: 0, skipped: 0 };
  if (bare.slice(0, end) === 'no tests ran') return counts;
  for (const part of bare.slice(0, end).split(', ')) {
    const { count, word = '' } = PART.exec(part)?.groups ?? {};
    const outcome = COUNTED.get(word);
    if (outcome === undefined) return null;
    if (outcome !== null) counts[outcome] += Number(count);
  }
  return counts;
}

function withoutBars(text: string): string {
  if (!text.startsWith('=') || !text.endsWith('=')) return text;
  const start = text.indexOf(' ');
  const end = text.lastIndexOf(' ');
  return start === -1 || end <= start ? '' : text.slice(start + 1, end);
}
