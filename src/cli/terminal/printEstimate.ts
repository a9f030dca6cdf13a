import {
  countRangeText,
  describeEstimate,
  estimateHeadline,
  tokenRangeText,
  usdRangeText,
} from '../../protocol/describeEstimate.ts';
import type { Estimate, EstimatePhase } from '../../protocol/estimate.ts';
import { printLine, type OutputStream } from '../cliContext.ts';

const HEADINGS = ['phase', 'agents', 'models', 'tokens', 'dollars'] as const;
type Row = readonly string[];

/** Prints what a mock run foretells: the headline, phases as a table, then everything else line by line. */
export function printEstimate(out: OutputStream, name: string, estimate: Estimate): void {
  printLine(out, `${name}: ${estimateHeadline(estimate)}`);
  printLine(out, '');
  const rows = estimate.phases.map((phase) => rowOf(phase.title ?? '(no phase)', phase));
  const total = rowOf('total', estimate);
  for (const line of alignColumns([HEADINGS, ...rows, total])) printLine(out, `  ${line}`);
  printLine(out, '');
  // The headline and the phases stand above.
  const rest = describeEstimate(estimate).slice(1);
  for (const line of rest.filter((text) => !text.startsWith('Phases: '))) printLine(out, line);
  printLine(out, 'A mock run with stubs instead of agents. Nothing was sent, nothing ran.');
}

function rowOf(title: string, part: Omit<EstimatePhase, 'title'>): Row {
  const { agents, models, tokens, usd } = part;
  const names = models.length === 0 ? '-' : models.join(', ');
  return [title, countRangeText(agents), names, tokenRangeText(tokens), usdRangeText(usd)];
}

function alignColumns(rows: readonly Row[]): readonly string[] {
  const widths = HEADINGS.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
