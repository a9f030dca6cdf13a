import * as vscode from 'vscode';
import type { RunSummary } from '../../protocol/summarizeRun.ts';
import type { RunActions } from './runActions.ts';
import { runMenuItems } from './runMenuItems.ts';

/** The quick pick behind the status bar item: what can be done with the run right now. */
export async function showRunMenu(run: RunSummary, actions: RunActions): Promise<void> {
  const choice = await vscode.window.showQuickPick(runMenuItems(run), { title: run.name });
  if (choice !== undefined) await actions.perform(run.runId, choice.action);
}
