import type { CutOffApply } from '../../../protocol/proposals.ts';
import type { DecisionsState } from './decisions.ts';

/** The last decision, when it was cut off before it was done and something of it is left to do or to undo. */
export function cutOffApply({ lastApply, hunkStates }: DecisionsState): CutOffApply | undefined {
  if (lastApply?.isCutOff !== true) return undefined;
  const { decisionId, action, at, undoes, writes } = lastApply;
  const isWhole = writes.every(({ status }) => status === 'written');
  const isUndone = writes.every(({ status, undone }) => status !== 'written' || undone);
  if (isWhole || (action === 'accept' && isUndone && writes.some(({ undone }) => undone)))
    return undefined;
  const rest = writes.filter(({ status }) => status !== 'written');
  const restHunkIds = rest
    .flatMap(({ hunkIds }) => hunkIds)
    .filter((hunkId) => !hunkStates.has(hunkId));
  const written = writes.length - rest.length;
  return { decisionId, action, at, written, total: writes.length, restHunkIds, undoes };
}
