import type { RunTotal } from './reportDraft.ts';

const KEYS = ['tests', 'suites', 'pass', 'fail', 'cancelled', 'skipped', 'todo'] as const;
type Key = (typeof KEYS)[number];
export type NodeTotals = Partial<Record<Key, number>>;

/** True where the line belongs to the block of numbers that ends a run of `node --test`. */
export function addTotalLine(totals: NodeTotals, text: string, mark: string): boolean {
  // Asked of every line of an output: most are told apart by their first character.
  if (!text.startsWith(mark) || text.length > 60) return false;
  const [start, name, value, ...rest] = text.split(' ');
  if (start !== mark || value === undefined || rest.length > 0) return false;
  if (name === 'duration_ms') return totals.pass !== undefined;
  const key = KEYS.find((known) => known === name);
  if (key === undefined || !/^\d{1,9}$/u.test(value)) return false;
  totals[key] = Number(value);
  return true;
}

/** Null where the block is not one. */
export function totalOfNode(totals: NodeTotals): RunTotal | null {
  const { tests, suites, pass, fail = 0, cancelled = 0, skipped = 0, todo = 0 } = totals;
  if (pass === undefined) return null;
  const counts = { passed: pass, failed: fail + cancelled, skipped: skipped + todo };
  if (tests === undefined || suites === undefined) return counts;
  return { ...counts, entries: tests + suites };
}
