import * as vscode from 'vscode';
import type { FileProposal, Hunk } from '../../../protocol/proposals.ts';
import { t } from '../../shared/localize.ts';
import { hunkAtLine, hunkLine, type DiffSide } from './hunkPositions.ts';
import { isUndecided } from './proposalNodes.ts';
import { diffSides, parseProposalUri, PROPOSAL_SCHEME } from './proposalUri.ts';

/** Which diff to show, and where in it. */
export interface DiffRequest {
  readonly runId: string;
  readonly file: FileProposal;
  readonly hunk: Hunk | null;
  /** `keep` leaves the focus where it is; `move` is for commands given inside the diff. */
  readonly focus: 'keep' | 'move';
}

/** Shows a file's diff in the preview tab, at the hunk or at the first undecided one. */
export async function showDiff(request: DiffRequest): Promise<void> {
  const { file, runId, focus } = request;
  const sides = diffSides(runId, file);
  if (sides === null) return;
  const hunk = request.hunk ?? file.hunks.find(isUndecided) ?? null;
  const line = hunk === null ? 0 : hunkLine(file, hunk, 'proposal') - 1;
  const options: vscode.TextDocumentShowOptions = {
    preview: true,
    preserveFocus: focus === 'keep',
    selection: new vscode.Range(line, 0, line, 0),
  };
  const title = t('{0} (proposed)', file.path.split('/').at(-1) ?? file.path);
  await vscode.commands.executeCommand('vscode.diff', sides.left, sides.right, title, options);
}

/** The run and path of the diff in the active tab, or null. */
export function activeProposal(): { readonly runId: string; readonly path: string } | null {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (!(input instanceof vscode.TabInputTextDiff)) return null;
  const uri = [input.modified, input.original].find(({ scheme }) => scheme === PROPOSAL_SCHEME);
  return uri === undefined ? null : parseProposalUri(uri);
}

/** The undecided hunk under the cursor of the active diff, or the nearest one. */
export function hunkAtCursor(file: FileProposal): Hunk | null {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return file.hunks.find(isUndecided) ?? null;
  const side: DiffSide = editor.document.uri.scheme === PROPOSAL_SCHEME ? 'proposal' : 'workspace';
  return hunkAtLine(file, editor.selection.active.line + 1, side);
}
