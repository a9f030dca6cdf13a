import { formatDuration, plural } from '../../base/format.ts';
import type { Receipt } from '../../protocol/receipt.ts';

/** One line: the command, what came of it, its tests, its comparison with the snapshot, its sandbox. */
export function describeReceipt(receipt: Receipt): string {
  const { command, ok, tests, durationMs, sandbox, timedOut, exitCode } = receipt;
  const ending = timedOut ? 'ran out of time' : `exit code ${exitCode ?? 'none'}`;
  const result = ok ? 'passed' : `failed (${ending})`;
  const counts =
    tests === null
      ? 'no test report'
      : `${tests.passed} tests passed, ${tests.failed} failed, ${tests.skipped} skipped`;
  const facts = [result, counts, ...comparison(receipt), formatDuration(durationMs)];
  return `${command}: ${facts.join('; ')}; sandbox: ${sandbox}`;
}

function comparison({ baseline, regressions, fixed }: Receipt): readonly string[] {
  if (baseline === undefined) return [];
  if (baseline.problem !== null) return [`not compared with the snapshot: ${baseline.problem}`];
  return [
    `${plural(regressions.length, 'regression')} and ${fixed.length} fixed since the snapshot`,
  ];
}
