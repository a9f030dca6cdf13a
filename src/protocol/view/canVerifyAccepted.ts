import type { RunSummary } from './summarizeRun.ts';

/** True for a run that has ended, of which something was accepted and whose commands can run on the result. */
export function canVerifyAccepted(run: RunSummary): boolean {
  const { accepted = 0 } = run.proposals;
  return run.endedAt !== null && accepted > 0 && run.receipts.some(({ required }) => required);
}
