import * as z from 'zod';
import { parseJson } from '../../../base/json.ts';
import type { TestResult } from '../../../protocol/receipt.ts';
import type { TestReport } from '../../ports/testReports.ts';
import type { Reading } from './reportDraft.ts';
import { numberRepeats, testName } from './testNames.ts';

/** Most places of an output that are tried: the report is one of few texts that look like it. */
const MAX_CANDIDATES = 20;

// What jest and, in the same form, vitest write. Durations, messages and the rest are not looked at.
const JestDocument = z.object({
  numTotalTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(
        z.object({
          ancestorTitles: z.array(z.string()),
          title: z.string(),
          status: z.string(),
        }),
      ),
    }),
  ),
});
type JestDocument = z.infer<typeof JestDocument>;

const MochaTest = z.object({ fullTitle: z.string() });
const MochaDocument = z.object({
  stats: z.object({ passes: z.number(), pending: z.number(), failures: z.number() }),
  passes: z.array(MochaTest),
  failures: z.array(MochaTest),
  pending: z.array(MochaTest),
});
type MochaDocument = z.infer<typeof MochaDocument>;

/**
 * Reads the JSON of jest, vitest and mocha, wherever in the output it stands. `directory` is the folder of
 * the run, which is another one each time and so must not be a part of names.
 */
export function readJsonReport(output: string, directory?: string): Reading | null {
  const readings = documentsOf(output).flatMap(({ text, lastLine }) => {
    const report = readDocument(text, directory);
    return report === null ? [] : { report, lastLine };
  });
  const last = readings.at(-1);
  if (last === undefined || readings.length === 1) return last ?? null;
  const failed = last.report.results.filter(({ outcome }) => outcome === 'failed');
  const failedNames = failed.map(({ name }) => name);
  const gaps = { reason: 'it printed more than one report', failedNames, areFailuresNamed: false };
  return { ...last, report: { counts: last.report.counts, results: [], gaps } };
}

interface Candidate {
  readonly text: string;
  readonly lastLine: number;
}

/** Texts that may be a document: the whole, one line, or from a line "{" to the line "}". */
function documentsOf(output: string): readonly Candidate[] {
  const lines = output.split(/\r\n|\n|\r/u);
  const whole = output.trim();
  const isWhole = whole.startsWith('{') && whole.endsWith('}') && parsed(whole) !== undefined;
  return isWhole ? [{ text: whole, lastLine: lines.length }] : candidatesIn(lines);
}

function candidatesIn(lines: readonly string[]): readonly Candidate[] {
  const found: Candidate[] = [];
  for (let index = 0; index < lines.length && found.length < MAX_CANDIDATES; index += 1) {
    const line = lines[index] ?? '';
    if (line === '{' && lines[index + 1]?.trim() === '"stats": {') {
      const end = lines.indexOf('}', index);
      if (end === -1) break;
      found.push({ text: lines.slice(index, end + 1).join('\n'), lastLine: end });
      index = end;
    } else {
      const start = line.indexOf('{"num');
      if (start === -1 || !line.includes('"numTotalTests":')) continue;
      found.push({ text: line.slice(start), lastLine: index });
    }
  }
  return found;
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    // A cut or mixed up document is none, which is what the caller asks.
    return undefined;
  }
}

function readDocument(text: string, directory: string | undefined): TestReport | null {
  const value = parsed(text);
  const jest = JestDocument.safeParse(value);
  if (jest.success) return reportOfJest(jest.data, directory);
  const mocha = MochaDocument.safeParse(value);
  return mocha.success ? reportOfMocha(mocha.data) : null;
}

function reportOfJest(document: JestDocument, directory: string | undefined): TestReport | null {
  const shorten = fileNames(document, directory);
  const listed = document.testResults.reduce((sum, file) => sum + file.assertionResults.length, 0);
  const results = document.testResults.flatMap(({ name, status, assertionResults }) => {
    const file = shorten(name);
    const tests = assertionResults.map((test): TestResult => {
      const path = [file, ...test.ancestorTitles, test.title];
      return { name: testName(path), outcome: outcomeOf(test.status) };
    });
    // A hook failed, or the file could not be loaded: none of its tests says so.
    const isExplained = status !== 'failed' || tests.some(({ outcome }) => outcome === 'failed');
    return isExplained ? tests : [...tests, { name: file, outcome: 'failed' as const }];
  });
  return listed === document.numTotalTests ? reportOfAll(results) : null;
}

function reportOfMocha(document: MochaDocument): TestReport | null {
  const { stats, passes, failures, pending } = document;
  const isWhole =
    stats.passes === passes.length &&
    stats.failures === failures.length &&
    stats.pending === pending.length;
  const list = (tests: readonly { readonly fullTitle: string }[], outcome: TestResult['outcome']) =>
    tests.map(({ fullTitle }): TestResult => ({ name: testName([fullTitle]), outcome }));
  const results = [
    ...list(passes, 'passed'),
    ...list(failures, 'failed'),
    ...list(pending, 'skipped'),
  ];
  return isWhole ? reportOfAll(results) : null;
}

function reportOfAll(results: readonly TestResult[]): TestReport {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { outcome } of results) counts[outcome] += 1;
  return { counts, results: numberRepeats(results) };
}

function outcomeOf(status: string): TestResult['outcome'] {
  if (status === 'passed') return 'passed';
  return ['pending', 'skipped', 'todo', 'disabled'].includes(status) ? 'skipped' : 'failed';
}

function fileNames(
  document: JestDocument,
  directory: string | undefined,
): (file: string) => string {
  const names = document.testResults.map(({ name }) => name.replaceAll('\\', '/'));
  const root = directory?.replaceAll('\\', '/');
  const isInside = root !== undefined && names.every((name) => name.startsWith(`${root}/`));
  const prefix = isInside ? `${root}/` : commonFolder(names);
  return (file) => file.replaceAll('\\', '/').slice(prefix.length);
}

function commonFolder(names: readonly string[]): string {
  const folders = names.map((name) => name.slice(0, name.lastIndexOf('/') + 1));
  let common = folders[0] ?? '';
  while (!folders.every((folder) => folder.startsWith(common))) {
    common = common.slice(0, common.lastIndexOf('/', common.length - 2) + 1);
  }
  return common;
}
