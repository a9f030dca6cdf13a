import * as vscode from 'vscode';
import { t } from '../../shared/localize.ts';
import type { ApplyResult } from '../proposals/proposalModel.ts';
import { summarizeApply } from './summarizeApply.ts';

/** What the user may do about the result of an accept or an undo. */
export type ResultChoice = 'undo' | 'verify' | 'details';

/** Tells what an accept or an undo did, and what can be done about it; null when nothing is chosen. */
export async function askAboutResult(
  result: ApplyResult,
  { canVerify }: { readonly canVerify: boolean },
): Promise<ResultChoice | null> {
  const undo = t('Undo');
  const verify = t('Verify Accepted Files');
  const details = t('Show Details');
  const actions = [
    ...(result.action === 'accept' && result.writtenPaths.length > 0 ? [undo] : []),
    ...(canVerify ? [verify] : []),
    ...(result.problems.length > 1 ? [details] : []),
  ];
  const show =
    result.problems.length === 0
      ? vscode.window.showInformationMessage
      : vscode.window.showWarningMessage;
  const choice = await show(summarizeApply(result), ...actions);
  if (choice === undefined) return null;
  if (choice === verify) return 'verify';
  return choice === undo ? 'undo' : 'details';
}

/** Lists each file that was not written, with the reason. */
export async function showProblems(result: ApplyResult): Promise<void> {
  const rows = result.problems.map(({ path, reason }) => ({ label: path, detail: reason }));
  await vscode.window.showQuickPick(rows, { title: t('Not Written') });
}
