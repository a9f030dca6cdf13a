import type { Decision, PlanProblem, Selection } from '../../../protocol/proposals.ts';
import type { DecisionsState } from './decisions.ts';
import type { ProposalRecord } from '../proposalRecord.ts';
import { resolveSelection } from './selection.ts';

/** A line for decisions.jsonl, or null when nothing is left to decide. */
export interface RejectPlan {
  readonly decision: Extract<Decision, { type: 'reject' | 'restore' }> | null;
  readonly problems: readonly PlanProblem[];
}

/** Who decides, when, and under which id. */
export interface DecisionHead {
  readonly decisionId: string;
  readonly at: number;
  readonly by: string;
}

/** Takes undecided hunks out of the proposal; flagged files too, because a reject writes nothing. */
export function planReject(
  review: { readonly record: ProposalRecord; readonly decisions: DecisionsState },
  options: DecisionHead & { readonly selection: Selection },
): RejectPlan {
  const { selection, ...head } = options;
  const { record, decisions } = review;
  const resolved = resolveSelection(record, decisions, { selection, flagged: 'included' });
  const hunkIds = resolved.files.flatMap((file) => file.hunkIds);
  const decision = hunkIds.length === 0 ? null : { type: 'reject' as const, ...head, hunkIds };
  return { decision, problems: resolved.problems };
}

/** Makes rejected hunks pending again; others are passed over. */
export function planRestore(
  decisions: DecisionsState,
  options: DecisionHead & { readonly hunkIds: readonly string[] },
): RejectPlan {
  const { hunkIds: named, ...head } = options;
  const hunkIds = named.filter((hunkId) => decisions.hunkStates.get(hunkId) === 'rejected');
  const decision = hunkIds.length === 0 ? null : { type: 'restore' as const, ...head, hunkIds };
  return { decision, problems: [] };
}
