import type { TestResult } from '../../../protocol/receipt.ts';
import { indentOf, readWith, type LineReader } from './lineReader.ts';
import { ReportDraft, type Reading, type RunTotal, type Tally } from './reportDraft.ts';
import type { ReportLine } from './reportLines.ts';
import { addTotalLine, totalOfNode, type NodeTotals } from './nodeTotals.ts';

const OUTCOMES: ReadonlyMap<string, TestResult['outcome']> = new Map([
  ['✔', 'passed'],
  ['✖', 'failed'],
  ['﹣', 'skipped'],
]);
const SUITE = '▶';
const DURATION_END = /\(\d+(?:\.\d+)?ms\)$/u;
const DIRECTIVE = /\(\d+(?:\.\d+)?ms\) # /u;

/** A line with a mark: a test, or the beginning or end of a group. */
interface Marked {
  readonly indent: number;
  readonly mark: string;
  readonly title: string;
  readonly outcome: TestResult['outcome'];
}

interface OpenGroup {
  readonly indent: number;
  readonly title: string;
  readonly failedBefore: number;
}

/** Reads what `node --test` prints for people. */
export function readNodeReport(lines: readonly ReportLine[]): Reading | null {
  return readWith(new NodeReader(), lines);
}

class NodeReader implements LineReader {
  readonly draft = new ReportDraft({ agrees: hasAllEntries });
  #groups: OpenGroup[] = [];
  #totals: NodeTotals = {};
  /** What failed is listed a second time after the total. */
  #isAfterTotal = false;
  /** A title that goes on in the next line, or that has no duration because its test never began. */
  #unfinished: string | null = null;
  #previous = '';

  line(text: string, index: number): void {
    if (addTotalLine(this.#totals, text, 'ℹ')) return;
    const total = totalOfNode(this.#totals);
    this.#totals = {};
    if (total !== null) this.draft.total(total, index - 1);
    if (text === '✖ failing tests:') this.#isAfterTotal = true;
    else if (this.#isAfterTotal) this.#lineAfterTotal(text);
    else this.#listed(text);
    this.#previous = text;
  }

  endPart(): void {
    this.#groups = [];
    this.#totals = {};
    this.#isAfterTotal = false;
    this.#unfinished = null;
  }

  #lineAfterTotal(text: string): void {
    if (this.#previous.startsWith('test at ') || markedOf(text)?.indent !== 0) return;
    this.#isAfterTotal = false;
    this.#listed(text);
  }

  #listed(text: string): void {
    const unfinished = this.#unfinished;
    this.#unfinished = null;
    if (unfinished !== null && !hasMark(text) && DURATION_END.test(text)) {
      this.#entry(markedOf(`${unfinished} ${text}`));
      return;
    }
    if (unfinished?.trimStart().startsWith('✖')) this.#entry(markedOf(`${unfinished} (0ms)`));
    const marked = markedOf(text);
    if (marked === null && hasMark(text)) this.#unfinished = text;
    else this.#entry(marked);
  }

  #entry(marked: Marked | null): void {
    if (marked === null) return;
    const { indent, mark, title, outcome } = marked;
    while ((this.#groups.at(-1)?.indent ?? -1) > indent) this.#groups.pop();
    const last = this.#groups.at(-1);
    if (last?.indent === indent) this.#groups.pop();
    const path = [...this.#groups.map((group) => group.title), title];
    if (last?.indent === indent && last.title === title) {
      // A hook, or the group's own code, where nothing inside it failed.
      const isOwnFailure = outcome === 'failed' && this.draft.failed === last.failedBefore;
      if (isOwnFailure && mark !== SUITE) this.draft.failedBeside(path);
    } else if (mark === SUITE) {
      this.draft.group();
      this.#groups.push({ indent, title, failedBefore: this.draft.failed });
    } else {
      this.draft.test(path, outcome);
    }
  }
}

// Which of the groups are tests of their own cannot be seen, only how many entries there are.
function hasAllEntries(listed: Tally, total: RunTotal): boolean {
  const { passed, failed, skipped, groups } = listed;
  const entries = passed + failed + skipped + groups;
  if (total.entries !== undefined) return total.entries === entries;
  return total.passed === passed && total.failed === failed && total.skipped === skipped;
}

function hasMark(text: string): boolean {
  const mark = text.trimStart().slice(0, 2);
  return mark.endsWith(' ') && OUTCOMES.has(mark.slice(0, 1));
}

function markedOf(text: string): Marked | null {
  const indent = indentOf(text);
  const mark = text.slice(indent, indent + 1);
  if (text[indent + 1] !== ' ') return null;
  const rest = text.slice(indent + 2);
  if (mark === SUITE) return { indent, mark, title: withoutDuration(rest), outcome: 'failed' };
  const outcome = OUTCOMES.get(mark);
  if (outcome === undefined) return null;
  if (DURATION_END.test(rest)) return { indent, mark, title: withoutDuration(rest), outcome };
  const directive = DIRECTIVE.exec(rest);
  if (directive === null) return null;
  return { indent, mark, title: rest.slice(0, directive.index).trimEnd(), outcome: 'skipped' };
}

function withoutDuration(title: string): string {
  return DURATION_END.test(title) ? title.slice(0, title.lastIndexOf('(')).trimEnd() : title;
}
