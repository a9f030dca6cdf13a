import type { Hunk, ProposalCounts, ProposalSet } from './proposals.ts';

/** Counts for rows and badges; what agents disagreed about counts as a conflict until it is decided. */
export function countProposals({ groups, files, conflicts }: ProposalSet): ProposalCounts {
  const hunks = files.flatMap((file) => file.hunks);
  const inState = (state: Hunk['state']): number =>
    hunks.filter((hunk) => hunk.state === state).length;
  const open = conflicts.filter((conflict) => conflict.state === 'open').length;
  const accepted = inState('accepted');
  return {
    groups: groups.length,
    files: files.length,
    hunks: hunks.length,
    pending: inState('pending'),
    conflicts: inState('conflict') + open,
    ...(accepted === 0 ? {} : { accepted }),
  };
}
