import { announceReview } from '../announceReview.ts';
import type { ClientApplies } from '../clientApplies.ts';
import type { HostHandlers, HostState } from '../hostState.ts';

type ProposalMethods =
  | 'proposals.get'
  | 'proposals.content'
  | 'proposals.accept'
  | 'proposals.undo'
  | 'proposals.applied'
  | 'proposals.reject'
  | 'proposals.restore'
  | 'conflicts.content';

/** What shows and decides proposals. */
export function proposalHandlers(
  state: HostState,
  applies: ClientApplies,
): Pick<HostHandlers, ProposalMethods> {
  const { reviews } = state;
  const announce = (runId: string): Promise<void> => announceReview(state, runId);
  return {
    'proposals.get': ({ runId }) => reviews.get(runId),
    'proposals.content': async (params) => toContent(await reviews.content(params)),
    'conflicts.content': async (params) => toContent(await reviews.conflictContent(params)),
    'proposals.accept': ({ runId, selection, openBuffers }) =>
      applies.handOut(reviews.accept(runId, selection, openBuffers)),
    'proposals.undo': ({ runId, decisionId, openBuffers }) =>
      applies.handOut(reviews.undo(runId, decisionId, openBuffers)),
    'proposals.applied': async ({ runId, decisionId, outcomes }) => {
      applies.reported(decisionId);
      const set = await reviews.applied(runId, decisionId, outcomes);
      await announce(runId);
      return set;
    },
    'proposals.reject': async ({ runId, selection }) => {
      const set = await reviews.reject(runId, selection);
      await announce(runId);
      return set;
    },
    'proposals.restore': async ({ runId, ...named }) => {
      const set = await reviews.restore(runId, named);
      await announce(runId);
      return set;
    },
  };
}

function toContent(bytes: Uint8Array | null): { readonly bytesBase64: string | null } {
  return { bytesBase64: bytes === null ? null : Buffer.from(bytes).toString('base64') };
}
