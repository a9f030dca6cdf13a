import type { GateView } from '../../protocol/view/runView.ts';
import type { RunSummary } from '../../protocol/view/summarizeRun.ts';

/**
 * The questions of a run that the user can answer: also of one that nobody runs any more, where the
 * host keeps the answer for its resume, but not of one that came to an end.
 */
export function openQuestions(run: RunSummary): readonly GateView[] {
  switch (run.state) {
    case 'running':
    case 'paused':
      return run.endedAt === null ? run.openGates : gatesOnly(run);
    case 'interrupted':
      return gatesOnly(run);
    case 'completed':
    case 'failed':
    case 'cancelled':
      return [];
  }
}

// An agent that asked about a command is gone with its run; after a resume it asks anew.
function gatesOnly(run: RunSummary): readonly GateView[] {
  return run.openGates.filter(({ command }) => command === undefined);
}
