import type * as vscode from 'vscode';
import type { RunRegistry } from '../runs/runRegistry.ts';
import { t } from '../shared/localize.ts';
import { describeCounts } from './proposals/describeCounts.ts';
import type { ProposalNode } from './proposals/proposalNodes.ts';

/** Says beside and in the tree what is left to decide in the shown run. */
export function describeView(view: vscode.TreeView<ProposalNode>, registry: RunRegistry): void {
  const run = registry.shown;
  const { pending, conflicts, hunks } = run?.proposals ?? { pending: 0, conflicts: 0, hunks: 0 };
  const counts = describeCounts({ pending, conflicts });
  view.description = [run?.name ?? '', counts].filter((part) => part !== '').join(' · ');
  view.badge =
    counts === ''
      ? undefined
      : { value: pending + conflicts, tooltip: t('Waiting for review: {0}', counts) };
  view.message = hunks + conflicts === 0 || pending > 0 ? '' : describeDecided(conflicts);
}

function describeDecided(conflicts: number): string {
  if (conflicts === 0)
    return t('You have decided on every change. “Undo Last Accept” reverts the last one.');
  return t('Only conflicts are left: {0}. Decide on each one.', conflicts);
}
