import type { HostState } from './hostState.ts';

/** After a decision every window learns what is still pending and whether the verdict still holds. */
export async function announceReview(state: HostState, runId: string): Promise<void> {
  const { runs, reviews, services } = state;
  const view = await reviews.withDecisions(await runs.view(runId));
  const { proposals: counts, verdict, proposedTree } = view;
  const at = services.clock.nowMs();
  runs.show({ type: 'review.changed', runId, at, counts, verdict, proposedTree }, view);
  await state.broadcast('proposals.changed', { runId });
}
