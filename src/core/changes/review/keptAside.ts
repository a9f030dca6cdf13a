import type { KeptAside, PlanProblem, Selection } from '../../../protocol/proposals.ts';
import type { FileContent } from '../../ports/fileView.ts';
import type { KeptAsideRecord, ProposalRecord } from '../proposalRecord.ts';
import { preferTheirs } from '../text/preferTheirs.ts';
import { loadContent } from '../tree/agentChanges.ts';
import { conflictIdOf } from './describeKeptAside.ts';
import type { DecisionsState } from './decisions.ts';
import type { ReviewedRun } from './planAccept.ts';
import { proposedChange } from './proposedSide.ts';

/** Agents' edits that did not fit, oldest first, with what was decided about them. */
export function keptAside(
  record: ProposalRecord,
  decisions: DecisionsState,
  agentLabels: ReadonlyMap<number, string>,
): KeptAside[] {
  return record.conflicts.map((conflict) => {
    const { path, reason, agentId, groupTitle, oursAgentIds, base, ours, theirs } = conflict;
    const conflictId = conflictIdOf(conflict);
    return {
      conflictId,
      path,
      reason,
      agentId,
      groupTitle,
      oursAgentIds,
      agentLabel: agentLabels.get(agentId) ?? `agent ${agentId}`,
      baseSha256: base?.sha256 ?? null,
      oursSha256: ours?.sha256 ?? null,
      theirsSha256: theirs?.sha256 ?? null,
      state: stateOf(conflictId, decisions),
    };
  });
}

/** Which text of a conflict: what the agent read, what is proposed now, or the proposal with the agent's edit in it. */
export type KeptSide = 'base' | 'proposed' | 'agent';

/**
 * One side of a conflict's diff; null when the file does not exist there. `agent` differs from `proposed`
 * by nothing but this agent's edit, so that what others did elsewhere in the file is no difference.
 */
export async function keptSide(
  review: ReviewedRun,
  conflictId: string,
  side: KeptSide,
): Promise<FileContent | null> {
  const conflict = findConflict(review.record, conflictId);
  if (conflict === null) return null;
  const base = await loadContent(conflict.base, review.contents);
  if (side === 'base') return base;
  const ours = await proposedNow(review, conflict);
  if (side === 'proposed') return ours;
  return preferTheirs({ base, ours, theirs: await loadContent(conflict.theirs, review.contents) });
}

/** The undecided conflicts behind a selection: those that it names, or all. */
export function selectKeptAside(
  record: ProposalRecord,
  decisions: DecisionsState,
  selection: Selection,
): { readonly conflictIds: string[]; readonly problems: readonly PlanProblem[] } {
  const isOpen = (conflictId: string): boolean => stateOf(conflictId, decisions) === 'open';
  const known = record.conflicts.map(conflictIdOf);
  if (selection.type === 'all') return { conflictIds: known.filter(isOpen), problems: [] };
  if (selection.type !== 'conflicts') return { conflictIds: [], problems: [] };
  const problems = selection.conflictIds.flatMap((conflictId): PlanProblem[] => {
    const conflict = findConflict(record, conflictId);
    if (conflict === null)
      return [problem('', `There is no conflict ${conflictId} in this run. Review it again.`)];
    if (isOpen(conflictId)) return [];
    return [
      problem(conflict.path, `That edit of ${conflict.path} is decided already. Restore it first.`),
    ];
  });
  const named = known.filter((conflictId) => selection.conflictIds.includes(conflictId));
  return { conflictIds: named.filter(isOpen), problems };
}

function problem(path: string, reason: string): PlanProblem {
  return { path, hunkIds: [], reason };
}

function findConflict(record: ProposalRecord, conflictId: string): KeptAsideRecord | null {
  return record.conflicts.find((conflict) => conflictIdOf(conflict) === conflictId) ?? null;
}

function stateOf(conflictId: string, decisions: DecisionsState): KeptAside['state'] {
  return decisions.discardedAside.has(conflictId) ? 'discarded' : 'open';
}

async function proposedNow(
  review: ReviewedRun,
  conflict: KeptAsideRecord,
): Promise<FileContent | null> {
  const file = review.record.files.find((candidate) => candidate.path === conflict.path);
  if (file !== undefined) return (await proposedChange(review, file)).to;
  // The tree holds what the snapshot does; a record of an older version tells what it was then.
  const { current = conflict.ours } = conflict;
  return loadContent(current, review.contents);
}
