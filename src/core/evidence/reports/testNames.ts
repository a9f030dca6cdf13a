import type { TestResult } from '../../../protocol/receipt.ts';

/** Longer names are cut: they go into receipts, reports and prompts. */
const MAX_NAME = 1000;
/** Longest "(1234.567 ms, 120 MB heap size)" that is still looked at. */
const MAX_SUFFIX = 60;

const CONTROL = /\p{Cc}+/gu;
// What runners append to a title: how long it took, how often it was tried, what memory it held.
const DURATION = /^\d+(?:\.\d+)? ?(?:ns|μs|µs|ms|s|m|min|h)$/u;
const REMARK =
  /^(?:(?:retry|repeat) x\d+|\d+(?:\.\d+)? ?(?:ms|s)(?:, \d+ MB heap size)?|\d+(?:\.\d+)? ?(?:ns|μs|µs|m|min|h))$/u;

/** The full path of a test as one name; it never holds line ends or other control characters. */
export function testName(path: readonly string[]): string {
  const name = path
    .map((part) => part.replace(CONTROL, ' ').trim())
    .filter((part) => part !== '')
    .join(' > ');
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name;
}

/**
 * A title without the time that the test took, which differs from run to run. Runners leave it out where
 * it is tiny, so that a title which itself ends like a time loses that, too: always, and so it is stable.
 */
export function withoutRemarks(title: string): string {
  let rest = title.trimEnd();
  for (let shorter = shortened(rest); shorter !== rest; shorter = shortened(rest)) rest = shorter;
  return rest;
}

function shortened(title: string): string {
  const space = title.endsWith(')') ? title.lastIndexOf(' (') : -1;
  if (space > 0 && title.length - space <= MAX_SUFFIX) {
    return REMARK.test(title.slice(space + 2, -1)) ? title.slice(0, space).trimEnd() : title;
  }
  const lastSpace = title.lastIndexOf(' ');
  const last = title.slice(lastSpace + 1);
  const isDuration = lastSpace > 0 && last.length <= MAX_SUFFIX && DURATION.test(last);
  return isDuration ? title.slice(0, lastSpace).trimEnd() : title;
}

/** Tells tests of the same name apart by their order, so that none answers for another. */
export function numberRepeats(results: readonly TestResult[]): readonly TestResult[] {
  const seen = new Map<string, number>();
  const taken = new Set(results.map(({ name }) => name));
  return results.map((result) => {
    const { name } = result;
    let count = (seen.get(name) ?? 0) + 1;
    // Another test may really be called so.
    while (count > 1 && taken.has(numbered(name, count))) count += 1;
    seen.set(name, count);
    return count === 1 ? result : { ...result, name: numbered(name, count) };
  });
}

/** One result for each name, the worst: a test whose tear-down fails is reported twice. */
export function mergeRepeats(results: readonly TestResult[]): readonly TestResult[] {
  const merged = new Map<string, TestResult>();
  for (const result of results) {
    const known = merged.get(result.name);
    if (known === undefined || rank(result) > rank(known)) merged.set(result.name, result);
  }
  return [...merged.values()];
}

function numbered(name: string, count: number): string {
  return `${name} (#${count})`;
}

function rank({ outcome }: TestResult): number {
  return ['skipped', 'passed', 'failed'].indexOf(outcome);
}
