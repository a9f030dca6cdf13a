import { toProposalSet } from '../../core/changes/proposals.ts';
import type { ReviewedRun } from '../../core/changes/review/planAccept.ts';
import { countProposals } from '../../protocol/countProposals.ts';
import type { ProposalSet } from '../../protocol/proposals.ts';
import type { RunView } from '../../protocol/view/runView.ts';

/** A run's view with what was decided since it ended: what is still pending, and whether its verdict still holds. */
export function reviewedView(
  view: RunView,
  { record, decisions }: Pick<ReviewedRun, 'record' | 'decisions'>,
): RunView {
  const set = toProposalSet(record, decisions);
  return { ...view, proposals: countProposals(set), ...evidenceAfter(view, set) };
}

/** A rejected hunk makes another tree of what is proposed; no receipt speaks about that one. */
function evidenceAfter({ verdict, proposedTree }: RunView, set: ProposalSet): Partial<RunView> {
  const isChanged = set.files.some((file) => file.hunks.some((hunk) => hunk.state === 'rejected'));
  if (!isChanged) return { verdict };
  // Nothing was verified: there is no receipt that could be stale.
  return proposedTree === undefined ? { verdict } : { verdict: 'unverified', proposedTree: null };
}
