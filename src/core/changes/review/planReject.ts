import type { Decision, PlanProblem, Selection } from '../../../protocol/proposals.ts';
import type { ProposalRecord } from '../proposalRecord.ts';
import type { DecisionsState } from './decisions.ts';
import { selectKeptAside } from './keptAside.ts';
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

/**
 * Takes undecided hunks out of the proposal; flagged files too, because a reject writes nothing. Edits
 * that were kept aside are discarded where they are named, or with everything.
 */
export function planReject(
  review: { readonly record: ProposalRecord; readonly decisions: DecisionsState },
  options: DecisionHead & { readonly selection: Selection },
): RejectPlan {
  const { selection, ...head } = options;
  const { record, decisions } = review;
  const resolved = resolveSelection(record, decisions, { selection, flagged: 'included' });
  const kept = selectKeptAside(record, decisions, selection);
  const hunkIds = resolved.files.flatMap((file) => file.hunkIds);
  const decided = decidedIds(hunkIds, kept.conflictIds);
  const decision = decided === null ? null : { type: 'reject' as const, ...head, ...decided };
  return { decision, problems: [...resolved.problems, ...kept.problems] };
}

/** Makes rejected hunks pending and discarded edits undecided again; others are passed over. */
export function planRestore(
  decisions: DecisionsState,
  options: DecisionHead & {
    readonly hunkIds: readonly string[];
    readonly conflictIds: readonly string[];
  },
): RejectPlan {
  const { hunkIds: namedHunks, conflictIds: namedConflicts, ...head } = options;
  const hunkIds = namedHunks.filter((hunkId) => decisions.hunkStates.get(hunkId) === 'rejected');
  const conflictIds = namedConflicts.filter((id) => decisions.discardedAside.has(id));
  const decided = decidedIds(hunkIds, conflictIds);
  const decision = decided === null ? null : { type: 'restore' as const, ...head, ...decided };
  return { decision, problems: [] };
}

/** A line without conflicts is the line that older versions wrote. */
function decidedIds(
  hunkIds: string[],
  conflictIds: string[],
): { readonly hunkIds: string[]; readonly conflictIds?: string[] } | null {
  if (hunkIds.length === 0 && conflictIds.length === 0) return null;
  return conflictIds.length === 0 ? { hunkIds } : { hunkIds, conflictIds };
}
