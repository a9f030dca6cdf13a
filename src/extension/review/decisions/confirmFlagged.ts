import * as vscode from 'vscode';
import type { FileProposal } from '../../../protocol/proposals.ts';
import { t } from '../../shared/localize.ts';

/** Asks before a flagged file is accepted: accepting one change after another by the same key must not run over it. */
export async function confirmFlagged({ path, flag }: FileProposal): Promise<boolean> {
  if (flag === null) return true;
  const accept: vscode.QuickPickItem = { label: t('Accept'), detail: flag };
  const title = t('Accept {0}?', path);
  const choice = await vscode.window.showQuickPick([accept, { label: t('Leave pending') }], {
    title,
  });
  return choice === accept;
}
