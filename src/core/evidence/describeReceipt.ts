import { formatDuration } from '../../base/format.ts';
import type { Receipt } from '../../protocol/receipt.ts';

/** One line: the command, what came of it, its tests, its sandbox. */
export function describeReceipt(receipt: Receipt): string {
  const { command, ok, tests, durationMs, sandbox, timedOut, exitCode } = receipt;
  const ending = timedOut ? 'ran out of time' : `exit code ${exitCode ?? 'none'}`;
  const result = ok ? 'passed' : `failed (${ending})`;
  const counts =
    tests === null
      ? 'no test report'
      : `${tests.passed} tests passed, ${tests.failed} failed, ${tests.skipped} skipped`;
  return `${command}: ${result}; ${counts}; ${formatDuration(durationMs)}; sandbox: ${sandbox}`;
}
