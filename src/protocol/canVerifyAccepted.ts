import { isLive, type RunSummary } from './summarizeRun.ts';

/** True for a run of which something was accepted and whose commands can run on the result. */
export function canVerifyAccepted(run: RunSummary): boolean {
  const { accepted = 0 } = run.proposals;
  return !isLive(run) && accepted > 0 && run.receipts.some(({ required }) => required);
}
