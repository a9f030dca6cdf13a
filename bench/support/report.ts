import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** One measured figure, its floor where there is one, and what it should be. */
export interface Row {
  readonly what: string;
  readonly floor: string;
  readonly product: string;
  readonly ratio: string;
  readonly aim: string;
  readonly verdict: 'met' | 'missed' | '';
}

/** What one bench found. */
export interface BenchReport {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** A figure that is judged for itself. */
export function figure(
  what: string,
  value: number,
  rule: { readonly unit: string; readonly atMost?: number | undefined },
): Row {
  const { unit, atMost } = rule;
  const row = { what, floor: '', product: withUnit(value, unit), ratio: '' };
  if (atMost === undefined) return { ...row, aim: '', verdict: '' };
  return { ...row, aim: `≤ ${withUnit(atMost, unit)}`, verdict: verdictOf(value <= atMost) };
}

/** A figure beside its floor; with `atMostRatio` it is judged as a ratio, with `atMostOver` as a difference. */
export function compared(
  what: string,
  values: { readonly floor: number; readonly product: number },
  rule: {
    readonly unit: string;
    readonly atMostRatio?: number | undefined;
    readonly atMostOver?: number | undefined;
    readonly atMost?: number | undefined;
  },
): Row {
  const { floor, product } = values;
  const { unit, atMostRatio, atMostOver, atMost } = rule;
  const ratio = `${(product / floor).toFixed(2)} ×`;
  const row = { what, floor: withUnit(floor, unit), product: withUnit(product, unit), ratio };
  if (atMostRatio !== undefined) {
    const verdict = verdictOf(product <= floor * atMostRatio);
    return { ...row, aim: `≤ ${atMostRatio.toFixed(2)} × floor`, verdict };
  }
  if (atMostOver !== undefined) {
    const verdict = verdictOf(product <= floor + atMostOver);
    return { ...row, aim: `≤ floor + ${withUnit(atMostOver, unit)}`, verdict };
  }
  if (atMost === undefined) return { ...row, aim: '', verdict: '' };
  return { ...row, aim: `≤ ${withUnit(atMost, unit)}`, verdict: verdictOf(product <= atMost) };
}

/** The reports as Markdown tables. */
export function toMarkdown(reports: readonly BenchReport[]): string {
  return reports.map(tableOf).join('\n');
}

/** The machine in words. */
export function describeMachine(): string {
  const model = cpus()[0]?.model ?? 'unknown processor';
  const memoryGiB = (totalmem() / 2 ** 30).toFixed(0);
  const load = loadavg()
    .map((value) => value.toFixed(2))
    .join(' ');
  return `${availableParallelism()} cores (${model}), ${memoryGiB} GiB, ${process.platform} ${process.arch}, Node ${process.version}, load before: ${load}`;
}

function tableOf({ title, rows }: BenchReport): string {
  const head = ['measured', 'floor', 'product', 'ratio', 'aim', ''];
  const cells = rows.map(({ what, floor, product, ratio, aim, verdict }) => [
    what,
    floor,
    product,
    ratio,
    aim,
    verdict,
  ]);
  const widths = head.map((name, column) =>
    Math.max(3, name.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = line(widths.map((width) => '-'.repeat(width)));
  return [`## ${title}`, '', line(head), rule, ...cells.map(line), ''].join('\n');
}

function verdictOf(isMet: boolean): 'met' | 'missed' {
  return isMet ? 'met' : 'missed';
}

function withUnit(value: number, unit: string): string {
  const digits = Number.isInteger(value) || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)}${unit === '' ? '' : ` ${unit}`}`;
}
