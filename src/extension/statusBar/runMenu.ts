import * as vscode from 'vscode';
import { plural } from '../../base/format.ts';
import { isLive, type RunSummary } from '../../protocol/summarizeRun.ts';
import { t } from '../localize.ts';
import { cancelText, type RunActionName, type RunActions } from './runActions.ts';

interface MenuItem extends vscode.QuickPickItem {
  readonly action: RunActionName;
}

/** The quick pick behind the status bar item: what can be done with the run right now. */
export async function showRunMenu(run: RunSummary, actions: RunActions): Promise<void> {
  const choice = await vscode.window.showQuickPick(menuItems(run), { title: run.name });
  if (choice !== undefined) await actions.perform(run.runId, choice.action);
}

function menuItems(run: RunSummary): readonly MenuItem[] {
  const items: MenuItem[] = [];
  if (run.state === 'running') items.push({ action: 'pause', label: t('$(debug-pause) Pause') });
  if (canResume(run)) items.push({ action: 'resume', label: t('$(debug-continue) Resume') });
  if (isLive(run)) {
    items.push(
      {
        action: 'throttle',
        label: t('$(dashboard) Throttle…'),
        description: t('now {0} at once', run.concurrency),
      },
      { action: 'cancel', label: `$(circle-slash) ${cancelText(run)}` },
    );
  }
  items.push({ action: 'openTree', label: t('$(list-tree) Open run tree') });
  if (run.proposals.hunks > 0) {
    items.push({
      action: 'review',
      label: t('$(diff) Review changes'),
      description: t('{0} pending', plural(run.proposals.pending, 'change')),
    });
  }
  if (!isLive(run)) items.push({ action: 'openReport', label: t('$(output) Open report') });
  return items;
}

function canResume(run: RunSummary): boolean {
  return run.state !== 'running' && run.state !== 'completed';
}
