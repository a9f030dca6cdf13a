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

/**
 * A receipt speaks about all of the proposed changes together. Once one of them is rejected, or some are
 * taken and others are not, neither the workspace nor what is still proposed is what the commands ran on.
 */
function evidenceAfter({ verdict, proposedTree }: RunView, set: ProposalSet): Partial<RunView> {
  const states = set.files.flatMap((file) => file.hunks.map((hunk) => hunk.state));
  const isPart = states.includes('accepted') && states.some((state) => state !== 'accepted');
  if (!isPart && !states.includes('rejected')) return { verdict };
  // Nothing was verified: there is no receipt that could be stale.
  return proposedTree === undefined ? { verdict } : { verdict: 'unverified', proposedTree: null };
}
