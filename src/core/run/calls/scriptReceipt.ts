import type { Receipt } from '../../../protocol/receipt.ts';

type Hidden =
  | 'verifyId'
  | 'label'
  | 'phase'
  | 'failedTests'
  | 'vanished'
  | 'doubts'
  | 'touched'
  | 'stopped'
  | 'baseline';

// What the dialect promises; the paths and names of the host's own records stay out of it.
export function scriptReceipt(receipt: Receipt): Omit<Receipt, Hidden> {
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
