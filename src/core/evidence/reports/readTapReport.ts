import type { TestResult } from '../../../protocol/receipt.ts';
import type { TestReport } from '../../ports/testReports.ts';
import { joinReadings } from './joinReadings.ts';
import { addTotalLine, totalOfNode, type NodeTotals } from './nodeTotals.ts';
import type { Reading, RunTotal } from './reportDraft.ts';
import type { ReportLine } from './reportLines.ts';
import { readTapStream, type TapPoint, type TapStream } from './tapStream.ts';
import { numberRepeats, testName } from './testNames.ts';

const VERSION = /^TAP version 1[34]$/u;

const PLAN = /^1\.\.\d{1,9}(?: |$)/u;

/** What one script printed. */
interface Part {
  readonly firstLine: number;
  readonly lines: string[];
  readonly isCut: boolean;
}

/** Reads TAP, one stream or several; null where there is neither a whole one nor the totals of one. */
export function readTapReport(lines: readonly ReportLine[]): Reading | null {
  const lastCut = lines.findLastIndex(({ type }) => type === 'cut');
  const parts = lastCut === -1 ? partsOf(lines).filter(isTap) : partsAfter(lines, lastCut);
  const readings = parts.flatMap((part) => readPart(part) ?? []);
  const report = joinReadings(readings);
  const lastLine = readings.at(-1)?.lastLine;
  return report === null || lastLine === undefined ? null : { report, lastLine };
}

/** What stands below a report in comments, where nothing else of it is left. */
export function readTapTotal(lines: readonly ReportLine[]): Reading | null {
  const texts = lines.map((line) => (line.type === 'text' ? line.text : ''));
  return readingOf(totalIn(texts), 'it did not list each of its tests', 0);
}

function isTap({ lines }: Part): boolean {
  return lines.some((text) => VERSION.test(text) || PLAN.test(text));
}

/** Of a cut output only the totals at its end are to be believed. */
function partsAfter(lines: readonly ReportLine[], cut: number): readonly Part[] {
  if (!partsOf(lines).some(isTap)) return [];
  const parts = partsOf(lines.slice(cut));
  return parts.map((part) => ({ ...part, firstLine: part.firstLine + cut, isCut: true }));
}

function partsOf(lines: readonly ReportLine[]): readonly Part[] {
  let part: Part = { firstLine: 0, lines: [], isCut: false };
  const parts = [part];
  lines.forEach((line, index) => {
    if (line.type === 'script' || (line.type === 'text' && VERSION.test(line.text))) {
      part = { firstLine: index, lines: [], isCut: false };
      parts.push(part);
    }
    part.lines.push(line.type === 'text' ? line.text : '');
  });
  return parts;
}

function readPart({ lines, firstLine, isCut }: Part): Reading | null {
  const found = totalIn(lines);
  const stream = isCut ? null : readTapStream(lines);
  const report = stream === null ? null : reportOfStream(stream, found?.total ?? null);
  const planLine = firstLine + lines.findLastIndex((line) => PLAN.test(line));
  if (report !== null) return { report, lastLine: planLine };
  const reason = isCut ? 'its output was cut in the middle' : 'it did not list each of its tests';
  return readingOf(found, reason, firstLine);
}

interface FoundTotal {
  readonly total: RunTotal;
  readonly line: number;
}

function readingOf(found: FoundTotal | null, reason: string, firstLine: number): Reading | null {
  if (found === null) return null;
  const { passed, failed, skipped } = found.total;
  const gaps = { reason, failedNames: [], areFailuresNamed: false };
  const report = { counts: { passed, failed, skipped }, results: [], gaps };
  return { report, lastLine: firstLine + found.line };
}

/** The comments at the end, which node and mocha write. */
function totalIn(lines: readonly string[]): FoundTotal | null {
  let totals: NodeTotals = {};
  let last: FoundTotal | null = null;
  [...lines, ''].forEach((text, line) => {
    if (addTotalLine(totals, text, '#')) return;
    const total = totalOfNode(totals);
    if (total !== null) last = { total, line: line - 1 };
    totals = {};
  });
  return last;
}

function reportOfStream(stream: TapStream, total: RunTotal | null): TestReport | null {
  const results: TestResult[] = [];
  for (const point of stream.points) addPoint(point, [], results);
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { outcome } of results) counts[outcome] += 1;
  const isConfirmed = total === null || agrees(stream, counts, total);
  if (!stream.isWhole || !isConfirmed || stream.entries === 0) return null;
  return { counts, results: numberRepeats(results) };
}

// Node says how many entries there are, groups included; mocha lists no groups.
function agrees(stream: TapStream, counts: TestReport['counts'], total: RunTotal): boolean {
  if (total.entries !== undefined) return total.entries === stream.entries;
  return total.passed === counts.passed && total.failed === counts.failed;
}

/** Only what has no tests inside counts, or what failed although nothing inside did. */
function addPoint(point: TapPoint, above: readonly string[], results: TestResult[]): boolean {
  const { name, outcome, children } = point;
  const path = [...above, name];
  const failures = children.filter((child) => addPoint(child, path, results));
  const hasFailed = failures.length > 0;
  if (children.length > 0 && (hasFailed || outcome !== 'failed')) return hasFailed;
  results.push({ name: testName(path), outcome });
  return outcome === 'failed';
}
