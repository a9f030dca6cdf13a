import { indentOf, OpenTitles, readWith, type LineReader } from './lineReader.ts';
import { ReportDraft, type Reading } from './reportDraft.ts';
import type { ReportLine } from './reportLines.ts';
import { withoutRemarks } from './testNames.ts';

const TOTAL = /^ {2}(?<count>\d{1,9}) (?<key>passing|pending|failing)(?: \(\w{1,12}\))?$/u;
const FAILURE = /^(?<number>\d{1,9})\) (?<title>.*)$/u;
/** Most lines that the titles of one failure take below the total. */
const MAX_PATH_LINES = 20;

/** Reads what mocha's spec reporter prints, and the total of those that list no tests. */
export function readMochaReport(lines: readonly ReportLine[]): Reading | null {
  return readWith(new MochaReader(), lines);
}

class MochaReader implements LineReader {
  readonly draft = new ReportDraft();
  readonly #titles = new OpenTitles();
  #totals: Partial<Record<string, number>> = {};
  #failures = 0;
  /** What failed is explained below the total. */
  #isAfterTotal = false;
  #isListRead = false;
  #path: string[] = [];

  line(text: string, index: number): void {
    const { key, count } = TOTAL.exec(text)?.groups ?? {};
    if (key !== undefined && (key === 'passing' || this.#totals['passing'] !== undefined)) {
      this.#totals[key] = Number(count);
      return;
    }
    if (this.#totals['passing'] !== undefined) this.#endRun(index);
    if (this.#isAfterTotal) this.#lineAfterTotal(text);
    if (!this.#isListRead) this.#listed(text);
  }

  endPart(): void {
    this.#titles.clear();
    this.#totals = {};
    this.#failures = 0;
    this.#isAfterTotal = false;
    this.#isListRead = false;
    this.#path = [];
  }

  #endRun(index: number): void {
    const { passing: passed = 0, failing: failed = 0, pending: skipped = 0 } = this.#totals;
    const isConfirmed = this.draft.total({ passed, failed, skipped }, index - 1);
    // Differences of values follow, which look like entries of a list.
    if (isConfirmed && failed > 0) this.#isListRead = true;
    this.#totals = {};
    this.#isAfterTotal = true;
  }

  #listed(text: string): void {
    const indent = indentOf(text);
    if (indent < 2) return;
    const title = text.slice(indent);
    if (title.startsWith('✔ ') || title.startsWith('✓ ')) {
      this.draft.test(this.#pathOf(indent, title.slice(2)), 'passed');
    } else if (title.startsWith('- ')) {
      this.draft.test(this.#pathOf(indent, title.slice(2)), 'skipped');
    } else if (!this.#isFailure(indent, title)) {
      this.#titles.open(indent, title.trimEnd());
    }
  }

  #isFailure(indent: number, text: string): boolean {
    const { number, title = '' } = FAILURE.exec(text)?.groups ?? {};
    // Below the total the same numbers stand before what went wrong.
    if (this.#isAfterTotal && indent === 2 && number !== undefined) return true;
    if (Number(number) !== this.#failures + 1) return false;
    this.#failures += 1;
    this.draft.test(this.#pathOf(indent, title), 'failed');
    return true;
  }

  #pathOf(indent: number, title: string): readonly string[] {
    return [...this.#titles.above(indent), withoutRemarks(title)];
  }

  #lineAfterTotal(text: string): void {
    const first = /^ {2}\d{1,9}\) (?<title>.*)$/u.exec(text)?.groups?.['title'];
    if (first !== undefined) this.#path = [first];
    else if (this.#path.length > 0 && text.startsWith('       ')) this.#path.push(text.trim());
    else this.#path = [];
    const last = this.#path.at(-1);
    if (this.#path.length > MAX_PATH_LINES) this.#path = [];
    if (last?.endsWith(':') !== true) return;
    this.draft.failure([...this.#path.slice(0, -1), last.slice(0, -1)]);
    this.#path = [];
  }
}
