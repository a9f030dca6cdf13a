import type { Receipt } from '../../../protocol/receipt.ts';

// What the dialect promises; the paths and names of the host's own records stay out of it.
export function scriptReceipt(
  receipt: Receipt,
): Omit<Receipt, 'verifyId' | 'label' | 'phase' | 'failedTests' | 'stopped' | 'baseline'> {
  const { ok, required, sandbox, exitCode, durationMs, tests, regressions, fixed } = receipt;
  const { treeHash, logPath, output, command, cwd, timedOut } = receipt;
  return {
    ok,
    required,
    sandbox,
    exitCode,
    durationMs,
    tests,
    regressions,
    fixed,
    treeHash,
    logPath,
    output,
    command,
    cwd,
    timedOut,
  };
}
