import type { PlanProblem, Selection } from '../../../protocol/proposals.ts';
import type { ProposalRecord } from '../proposalRecord.ts';
import type { DecisionsState } from './decisions.ts';
import { isNamed } from './selection.ts';

/**
 * Selected hunks that were pending when they were asked for and that somebody else has decided about since:
 * whoever comes second learns why nothing happens to them. Hunks that were named one by one are told by the
 * selection itself.
 */
export function decidedMeanwhile(
  review: { readonly record: ProposalRecord; readonly decisions: DecisionsState },
  asked: { readonly selection: Selection; readonly decidedBefore: ReadonlySet<string> },
): readonly PlanProblem[] {
  const { record, decisions } = review;
  const { selection, decidedBefore } = asked;
  if (selection.type === 'hunks') return [];
  return record.files.flatMap((file): PlanProblem[] => {
    const late = file.current.hunks
      .filter((hunk) => isNamed(selection, file, hunk))
      .map((hunk) => hunk.hunkId)
      .filter((hunkId) => !decidedBefore.has(hunkId) && decisions.hunkStates.has(hunkId));
    if (late.length === 0) return [];
    const states = new Set(late.map((hunkId) => decisions.hunkStates.get(hunkId)));
    const how = [...states].join(' and ');
    const reason = `${file.path} was ${how} by another process meanwhile. Nothing was done twice.`;
    return [{ path: file.path, hunkIds: late, reason }];
  });
}
