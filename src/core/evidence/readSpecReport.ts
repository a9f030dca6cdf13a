import type { TestResult } from '../../protocol/receipt.ts';
import type { TestReport } from '../ports/testReports.ts';
import { reportOf } from './reportOf.ts';

const OUTCOMES: Readonly<Record<string, TestResult['outcome']>> = {
  '✔': 'passed',
  '✖': 'failed',
  '﹣': 'skipped',
};

// Escape sequences that a terminal takes for colours.
const COLOURS = /\u001B\[[0-9;]*m/gu;
const SUITE = /^(?<indent> *)▶ (?<name>.+?)(?: \([\d.]+ms\))?$/u;
const TEST = /^(?<indent> *)(?<mark>[✔✖﹣]) (?<name>.+?) \([\d.]+ms\)(?<directive> # .*)?$/u;
const SUMMARY = /^[ℹ#] (?<key>pass|fail|cancelled|skipped|todo) (?<count>\d+)$/u;

/** Reads what `node --test` prints for people: the single tests where they are listed, else the summary. */
export function readSpecReport(output: string): TestReport | null {
  const lines = output.replace(COLOURS, '').split(/\r?\n/u);
  const results = readTests(lines);
  return results.length > 0 ? reportOf(results) : readSummary(lines);
}

function readTests(lines: readonly string[]): TestResult[] {
  const results: TestResult[] = [];
  /** Suites that are open, outermost first. */
  const open: { readonly indent: number; readonly name: string }[] = [];
  for (const line of lines) {
    // What failed is listed a second time below this line.
    if (line === '✖ failing tests:') break;
    const suite = SUITE.exec(line)?.groups;
    const test = TEST.exec(line)?.groups;
    const found = suite ?? test;
    if (found === undefined) continue;
    const indent = found['indent']?.length ?? 0;
    const name = found['name'] ?? '';
    const parent = open.findLast((item) => item.indent <= indent);
    while ((open.at(-1)?.indent ?? -1) > indent) open.pop();
    const isClosing = parent?.indent === indent && parent.name === name;
    if (parent?.indent === indent) open.pop();
    if (isClosing) continue;
    if (suite === undefined) results.push(resultOf([...open, { name }], test));
    else open.push({ indent, name });
  }
  return results;
}

function resultOf(
  path: readonly { readonly name: string }[],
  test: Readonly<Record<string, string>> | undefined,
): TestResult {
  const isSetAside = /^ # (?:SKIP|TODO)/u.test(test?.['directive'] ?? '');
  const outcome = OUTCOMES[test?.['mark'] ?? ''] ?? 'failed';
  return {
    name: path.map((part) => part.name).join(' > '),
    outcome: isSetAside ? 'skipped' : outcome,
  };
}

function readSummary(lines: readonly string[]): TestReport | null {
  const counts: Record<string, number> = {};
  for (const line of lines) {
    const { key, count } = SUMMARY.exec(line)?.groups ?? {};
    if (key !== undefined) counts[key] = Number(count);
  }
  const { pass, fail = 0, cancelled = 0, skipped = 0, todo = 0 } = counts;
  if (pass === undefined) return null;
  const total = { passed: pass, failed: fail + cancelled, skipped: skipped + todo };
  return { counts: total, results: [] };
}
