import type { CutOffApply } from '../../../protocol/proposals.ts';
import type { DecisionsState } from './decisions.ts';

/** The accept or undo that was cut off before it was done; undefined once anything was decided after it. */
export function cutOffApply({ lastApply, hunkStates }: DecisionsState): CutOffApply | undefined {
  if (lastApply?.isCutOff !== true) return undefined;
  const { decisionId, action, at, undoes, writes } = lastApply;
  const rest = writes.filter(({ status }) => status !== 'written');
  if (rest.length === 0) return undefined;
  const restHunkIds = rest
    .flatMap(({ hunkIds }) => hunkIds)
    .filter((hunkId) => !hunkStates.has(hunkId));
  const written = writes.length - rest.length;
  return { decisionId, action, at, written, total: writes.length, restHunkIds, undoes };
}
