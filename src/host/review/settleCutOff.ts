import { settleLeftovers } from '../../apply/settleLeftovers.ts';
import { openApplies } from '../../core/changes/review/decisions.ts';
import type { ReviewedRun } from '../../core/changes/review/planAccept.ts';
import { reconcileApply } from '../../core/changes/review/reconcile.ts';
import type { DecisionLog } from '../adapters/store/decisionLog.ts';

/**
 * Finds out what came of accepts and undos that nobody will report any more: their process was killed,
 * or their window closed. Only for who has the workspace's turn, because an accept that is being carried
 * out looks just the same. What it finds is recorded, so that the written files count and can be undone.
 */
export async function settleCutOff(
  review: Pick<ReviewedRun, 'decisions' | 'readLive'>,
  place: { readonly workspace: string; readonly log: DecisionLog; readonly at: number },
): Promise<void> {
  const { workspace, log, at } = place;
  for (const apply of openApplies(review.decisions)) {
    for (const write of apply.writes) {
      if (write.status === 'open') await settleLeftovers(workspace, apply.decisionId, write);
    }
    await log.append(await reconcileApply(apply, { at, readLive: review.readLive }));
  }
}

/** Whether there is something to settle. */
export function isCutOff({ decisions }: Pick<ReviewedRun, 'decisions'>): boolean {
  return openApplies(decisions).length > 0;
}
