import * as vscode from 'vscode';
import { t } from '../../shared/localize.ts';
import { workspaceFolder } from '../apply/openDocuments.ts';

/** One side of a merge. */
interface MergeSide {
  readonly uri: vscode.Uri;
  readonly title: string;
}

/** A merge by hand, whose result the user writes into their own file. */
export interface MergeRequest {
  readonly path: string;
  readonly base: vscode.Uri;
  readonly ours: MergeSide;
  readonly theirs: MergeSide;
}

/** VS Code has no public way to its merge editor (microsoft/vscode#153213); its own git extension takes this one. */
const MERGE_EDITOR_COMMAND = '_open.mergeEditor';
/** In a file with a line that begins so, the merge editor replaces what the file holds. */
const CONFLICT_MARKER = /^<<<<<<</mu;

/**
 * Shows three texts with the live file as the result: in the merge editor where there is one, else as two
 * diffs against the common base. It writes nothing; what the user takes over is theirs to save.
 */
export async function openMerge(request: MergeRequest): Promise<void> {
  const folder = workspaceFolder();
  if (folder === null) return;
  const output = vscode.Uri.joinPath(vscode.Uri.file(folder), request.path);
  // The merge editor would save the file as it opens.
  if (isDirty(output)) {
    throw new Error(
      t('Cannot merge {0}: it has unsaved changes. Save or revert them first.', request.path),
    );
  }
  const { base, ours, theirs } = request;
  if (await canUseMergeEditor(output)) {
    const options = { base, input1: ours, input2: theirs, output };
    await vscode.commands.executeCommand(MERGE_EDITOR_COMMAND, options);
    return;
  }
  const name = request.path.split('/').at(-1) ?? request.path;
  await vscode.commands.executeCommand(
    'vscode.changes',
    t('{0}: {1} and {2}', name, ours.title, theirs.title),
    [ours, theirs].map(({ uri }) => [uri, base, uri]),
  );
}

async function canUseMergeEditor(output: vscode.Uri): Promise<boolean> {
  const commands = await vscode.commands.getCommands(false);
  if (!commands.includes(MERGE_EDITOR_COMMAND)) return false;
  try {
    const bytes = await vscode.workspace.fs.readFile(output);
    return !bytes.includes(0) && !CONFLICT_MARKER.test(Buffer.from(bytes).toString('latin1'));
  } catch {
    // A file that is not there, or cannot be read, takes no result.
    return false;
  }
}

function isDirty(uri: vscode.Uri): boolean {
  const name = uri.toString();
  return vscode.workspace.textDocuments.some(
    (document) => document.isDirty && document.uri.toString() === name,
  );
}
