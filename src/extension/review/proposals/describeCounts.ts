import { plural } from '../../../base/format.ts';
import type { ProposalCounts } from '../../../protocol/proposals.ts';
import { t } from '../../shared/localize.ts';

/** What waits for the user: `3 pending · 1 conflict`; empty when nothing does. */
export function describeCounts(counts: Pick<ProposalCounts, 'pending' | 'conflicts'>): string {
  const { pending, conflicts } = counts;
  return [
    ...(pending === 0 ? [] : [t('{0} pending', pending)]),
    ...(conflicts === 0 ? [] : [plural(conflicts, 'conflict')]),
  ].join(' · ');
}
