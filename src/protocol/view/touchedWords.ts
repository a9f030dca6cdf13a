import { plural } from '../../base/format.ts';
import type { Receipt } from '../receipt.ts';

/** "2 test files and 1 test configuration were changed by this run (1 weaker)"; null where none was. */
export function touchedWords({ touched }: Pick<Receipt, 'touched'>): string | null {
  if (touched === undefined) return null;
  const { tests, configurations, weakened } = touched;
  const parts = [
    ...(tests > 0 ? [plural(tests, 'test file')] : []),
    ...(configurations > 0 ? [plural(configurations, 'test configuration')] : []),
  ];
  const verb = tests + configurations === 1 ? 'was' : 'were';
  const weaker = weakened === 0 ? '' : ` (${weakened} weaker)`;
  return `${parts.join(' and ')} ${verb} changed by this run${weaker}`;
}

/** The same of the receipts that the verdict rests on: the latest of all speaks about the proposed tree. */
export function verdictTouched(receipts: readonly Receipt[]): string | null {
  const latest = receipts.findLast(({ required }) => required);
  return latest === undefined ? null : touchedWords(latest);
}
