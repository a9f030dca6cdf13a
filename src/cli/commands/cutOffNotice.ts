import type { CutOffApply, ProposalSet } from '../../protocol/proposals.ts';
import { printLine, type CliContext } from '../cliContext.ts';

/** Says that the last accept or undo of a run was cut off, and how to finish it or take it back. */
export function printCutOff(ctx: CliContext, { runId, cutOff }: ProposalSet): void {
  if (cutOff === undefined) return;
  for (const line of describeCutOff(runId, cutOff)) printLine(ctx.stdout, line);
}

function describeCutOff(runId: string, cutOff: CutOffApply): readonly string[] {
  const { action, written, total, decisionId } = cutOff;
  const done = action === 'accept' ? 'written' : 'taken back';
  return [
    `The last ${action} was cut off: ${written} of ${total} files are ${done}.`,
    `  finish it: muster accept ${runId} --finish`,
    ...(action === 'accept' && written > 0
      ? [`  take it back: muster undo ${runId} ${decisionId}`]
      : []),
  ];
}
