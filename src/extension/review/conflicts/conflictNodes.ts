import type { KeptAside, ProposalSet } from '../../../protocol/proposals.ts';
import { t } from '../../shared/localize.ts';

/**
 * The row above what was kept aside. It is a row of its own, above all groups, because such an edit is in
 * no group: no ✓ of a group, file or hunk takes it along, and in a folded file nobody would see it.
 */
export interface ConflictsNode {
  readonly type: 'conflicts';
  readonly id: string;
  readonly children: readonly ConflictNode[];
}

/** One agent's edits of one file that did not fit. */
export interface ConflictNode {
  readonly type: 'conflict';
  readonly id: string;
  readonly parent: ConflictsNode;
  readonly conflict: KeptAside;
}

/** The row of all undecided conflicts, or none when there are none. */
export function buildConflictsNodes({ conflicts }: ProposalSet): readonly ConflictsNode[] {
  const open = conflicts.filter(isOpen);
  if (open.length === 0) return [];
  const children: ConflictNode[] = [];
  const parent: ConflictsNode = { type: 'conflicts', id: 'conflicts', children };
  for (const conflict of open) {
    const id = `${parent.id}/conflict:${conflict.conflictId}`;
    children.push({ type: 'conflict', id, parent, conflict });
  }
  return [parent];
}

/** How many edits of each file wait beside its proposal. */
export function countKeptAside({ conflicts }: ProposalSet): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { path } of conflicts.filter(isOpen)) counts.set(path, (counts.get(path) ?? 0) + 1);
  return counts;
}

/** For example `Shorten the texts · Another agent changed the same lines (near line 3).` */
export function describeConflict({ agentLabel, reason }: KeptAside): string {
  return `${agentLabel} · ${reason}`;
}

/** Where, who, why, and who is behind what stands in the proposal. */
export function explainConflict(conflict: KeptAside): string {
  const { path, agentId, agentLabel, oursAgentIds, reason } = conflict;
  const others = oursAgentIds.join(', ');
  return [
    path,
    t('Kept aside: the edit by agent {0} ({1}).', agentId, agentLabel),
    reason,
    ...(others === '' ? [] : [t('In the proposal: the edits by agents {0}.', others)]),
  ].join('\n');
}

function isOpen(conflict: KeptAside): boolean {
  return conflict.state === 'open';
}
