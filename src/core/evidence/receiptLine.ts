import { formatDuration, plural } from '../../base/format.ts';
import type { Receipt } from '../../protocol/receipt.ts';

/** One line: the command, what came of it, its tests, its comparison with the snapshot, its sandbox. */
export function receiptLine(receipt: Receipt): string {
  const { command, ok, tests, durationMs, sandbox, exitCode } = receipt;
  const ending = whyCut(receipt) ?? `exit code ${exitCode ?? 'none'}`;
  const result = ok ? 'passed' : `failed (${ending})`;
  const counts =
    tests === null
      ? 'no test report'
      : `${tests.passed} tests passed, ${tests.failed} failed, ${tests.skipped} skipped`;
  const facts = [result, counts, ...comparison(receipt), formatDuration(durationMs)];
  return `${command}: ${facts.join('; ')}; sandbox: ${sandbox}`;
}

/** Why it did not come to an end of its own; null where it did. */
export function whyCut({ timedOut, stopped }: Receipt): string | null {
  if (timedOut) return 'ran out of time';
  return stopped === undefined ? null : `stopped: ${stopped}`;
}

function comparison({ baseline, regressions, fixed }: Receipt): readonly string[] {
  if (baseline === undefined) return [];
  if (baseline.problem !== null) return [`not compared with the snapshot: ${baseline.problem}`];
  return [
    `${plural(regressions.length, 'regression')} and ${fixed.length} fixed since the snapshot`,
  ];
}
