import type * as vscode from 'vscode';
import type { CutOffApply } from '../../../protocol/proposals.ts';
import type { RunSummary } from '../../../protocol/view/summarizeRun.ts';
import { t } from '../../shared/localize.ts';
import { describeCounts } from './describeCounts.ts';
import { describeCutOff } from './describeCutOff.ts';

/** Sets what stands around the rows of the view: whose they are, how many wait, and what there is to say. */
export function describeView(
  view: Pick<vscode.TreeView<unknown>, 'description' | 'badge' | 'message'>,
  run: RunSummary | null,
  cutOff: CutOffApply | undefined,
): void {
  const { pending, conflicts, hunks } = run?.proposals ?? { pending: 0, conflicts: 0, hunks: 0 };
  const counts = describeCounts({ pending, conflicts });
  view.description = [run?.name ?? '', counts].filter((part) => part !== '').join(' · ');
  view.badge =
    counts === ''
      ? undefined
      : { value: pending + conflicts, tooltip: t('Waiting for review: {0}', counts) };
  const isDecided = hunks + conflicts > 0 && pending === 0;
  const decided = isDecided ? describeDecided(conflicts) : '';
  view.message = cutOff === undefined ? decided : describeCutOff(cutOff);
}

function describeDecided(conflicts: number): string {
  if (conflicts === 0)
    return t('You have decided on every change. “Undo Last Accept” reverts the last one.');
  return t('Only conflicts are left: {0}. Decide on each one.', conflicts);
}
