import type { FileProposal, Hunk, ProposalSet } from '../../../protocol/proposals.ts';
import { isUndecided } from './proposalNodes.ts';

/** Which side of the diff a line number speaks of. */
export type DiffSide = 'workspace' | 'proposal';

/** A hunk with its file. */
export interface HunkPlace {
  readonly file: FileProposal;
  readonly hunk: Hunk;
}

/**
 * The first line of a hunk on one side, from 1. Rejected hunks are not in the proposal and accepted
 * ones are already in the workspace, so both shift what follows them.
 */
export function hunkLine(file: FileProposal, hunk: Hunk, side: DiffSide): number {
  const before = file.hunks.filter((other) => other.baseStart < hunk.baseStart);
  const counted = before.filter((other) =>
    side === 'proposal' ? other.state !== 'rejected' : other.state === 'accepted',
  );
  const shift = counted.reduce((sum, other) => sum + other.proposedLines - other.baseLines, 0);
  return Math.max(1, hunk.baseStart + shift);
}

/** The undecided hunk at a line, or the nearest one. */
export function hunkAtLine(file: FileProposal, line: number, side: DiffSide): Hunk | null {
  let nearest: Hunk | null = null;
  let nearestDistance = Infinity;
  for (const hunk of file.hunks.filter(isUndecided)) {
    const distance = distanceToHunk(file, hunk, { line, side });
    if (distance < nearestDistance) {
      nearest = hunk;
      nearestDistance = distance;
    }
  }
  return nearest;
}

/** The undecided hunk after or before a place, over all files, round and round. */
export function neighbourHunk(
  set: ProposalSet,
  from: { readonly path: string; readonly hunkId: string | null },
  direction: 'next' | 'previous',
): HunkPlace | null {
  const places = set.files.flatMap((file) => file.hunks.map((hunk) => ({ file, hunk })));
  const ordered = direction === 'next' ? places : places.reverse();
  const start = ordered.findIndex(({ file, hunk }) =>
    from.hunkId === null ? file.path === from.path : hunk.hunkId === from.hunkId,
  );
  const following = [...ordered.slice(start + 1), ...ordered.slice(0, start + 1)];
  return following.find(({ hunk }) => isUndecided(hunk)) ?? null;
}

/** The first undecided hunk that an agent wrote. */
export function firstHunkOfAgent(set: ProposalSet, agentId: number): HunkPlace | null {
  for (const file of set.files) {
    const own = file.hunks.filter((hunk) => hunk.agentIds.includes(agentId));
    const hunk = own.find(isUndecided) ?? own[0];
    if (hunk !== undefined) return { file, hunk };
  }
  return null;
}

function distanceToHunk(
  file: FileProposal,
  hunk: Hunk,
  at: { readonly line: number; readonly side: DiffSide },
): number {
  const start = hunkLine(file, hunk, at.side);
  const length = at.side === 'proposal' ? hunk.proposedLines : hunk.baseLines;
  const end = start + Math.max(length, 1) - 1;
  if (at.line < start) return start - at.line;
  return Math.max(0, at.line - end);
}
