/**
 * TAP 13 and 14 as a tree of test points. A nested stream stands either before the point that closes it,
 * indented, or after it between braces. Diagnostics in YAML are skipped, because what stands in them is
 * anything.
 */
import type { TestResult } from '../../../protocol/receipt.ts';
import { indentOf } from './lineReader.ts';

export interface TapPoint {
  readonly name: string;
  readonly outcome: TestResult['outcome'];
  /** Empty for a test; a group is reported beside the tests that it holds. */
  children: readonly TapPoint[];
}

export interface TapStream {
  readonly points: readonly TapPoint[];
  /** Points at every depth, which is what the plans count. */
  readonly entries: number;
  /** Each plan was kept: nothing is missing and nothing was added. */
  readonly isWhole: boolean;
}

/** Deeper nesting is no report. */
const MAX_DEPTH = 100;
const POINT = /^(?<not>not )?ok\b(?: +\d{1,9}\b)?(?: +- | +|$)/u;
const PLAN = /^1\.\.(?<end>\d{1,9})(?: |$)/u;

interface Level {
  readonly indent: number;
  readonly points: TapPoint[];
  plan: number | null;
}

/** Null where the lines hold no test points or no plan at their outermost level. */
export function readTapStream(lines: readonly string[]): TapStream | null {
  const parser = new TapParser();
  for (const line of lines) parser.line(line);
  return parser.finish();
}

class TapParser {
  #levels: Level[] = [{ indent: 0, points: [], plan: null }];
  #entries = 0;
  #isWhole = true;
  /** Indentation of the diagnostics that are being skipped. */
  #diagnostics: number | null = null;

  line(text: string): void {
    const indent = indentOf(text);
    const rest = text.slice(indent);
    if (this.#diagnostics !== null) {
      if (rest === '...' && indent === this.#diagnostics) this.#diagnostics = null;
      return;
    }
    const point = POINT.exec(rest);
    const plan = PLAN.exec(rest)?.groups?.['end'];
    if (point !== null) this.#point(indent, rest.slice(point[0].length), point[1] === undefined);
    else if (plan !== undefined) this.#plan(indent, Number(plan));
    else if (rest === '---' && indent > 0 && this.#entries > 0) this.#diagnostics = indent;
    else if (rest === '}') this.#endBraces(indent);
    else if (rest.startsWith('Bail out!')) this.#isWhole = false;
  }

  finish(): TapStream | null {
    const [root] = this.#levels;
    if (root === undefined || root.plan === null) return null;
    this.#closeAbove(0);
    const isKept = root.plan === root.points.length && this.#diagnostics === null;
    return {
      points: root.points,
      entries: this.#entries,
      isWhole: this.#isWhole && isKept,
    };
  }

  #point(indent: number, text: string, isOk: boolean): void {
    const children = this.#closeAbove(indent);
    const { name, isSetAside } = titleOf(text);
    const outcome = isSetAside ? 'skipped' : isOk ? 'passed' : 'failed';
    this.#levelAt(indent).points.push({ name, outcome, children });
    this.#entries += 1;
  }

  #plan(indent: number, end: number): void {
    const isLate = (this.#levels.at(-1)?.indent ?? 0) > indent;
    const level = this.#levelAt(indent);
    if (isLate || level.plan !== null) this.#isWhole = false;
    level.plan = end;
  }

  #endBraces(indent: number): void {
    const point = this.#levels.findLast((level) => level.indent <= indent)?.points.at(-1);
    const children = this.#closeAbove(indent);
    if (point !== undefined && children.length > 0) point.children = children;
  }

  /** The points of the level right above; what stood deeper was never closed. */
  #closeAbove(indent: number): readonly TapPoint[] {
    let closed: Level | null = null;
    for (let top = this.#levels.at(-1); top !== undefined && top.indent > indent;) {
      if (closed !== null || top.plan !== top.points.length) this.#isWhole = false;
      closed = top;
      this.#levels.pop();
      top = this.#levels.at(-1);
    }
    return closed?.points ?? [];
  }

  #levelAt(indent: number): Level {
    const top = this.#levels.findLast((level) => level.indent <= indent);
    if (top?.indent === indent) return top;
    const level: Level = { indent, points: [], plan: null };
    if (this.#levels.length >= MAX_DEPTH) this.#isWhole = false;
    else this.#levels.push(level);
    return level;
  }
}

interface Title {
  readonly name: string;
  readonly isSetAside: boolean;
}

/** The description and its directive, "# SKIP why" or "# TODO why"; "# time=1ms" is neither. */
function titleOf(text: string): Title {
  const bare = text.endsWith(' {') ? text.slice(0, -2) : text;
  const mark = markOf(bare);
  if (mark === -1) return { name: unescaped(bare), isSetAside: false };
  const directive = bare.slice(mark + 1).trimStart();
  const isSetAside = /^(?:skip|todo)\b/iu.test(directive);
  const isDirective = isSetAside || directive.startsWith('time=');
  return { name: unescaped(isDirective ? bare.slice(0, mark) : bare), isSetAside };
}

/** Where the directive begins: at the last "#" that no backslash makes a part of the text. */
function markOf(text: string): number {
  for (
    let at = text.lastIndexOf('#');
    at !== -1;
    at = at === 0 ? -1 : text.lastIndexOf('#', at - 1)
  ) {
    if (text[at - 1] !== '\\') return at;
  }
  return -1;
}

function unescaped(text: string): string {
  return text.trim().replace(/\\(?<kept>[#\\])/gu, '$<kept>');
}
