import path from 'node:path';
import * as vscode from 'vscode';
import type { OpenBuffer } from '../../../protocol/proposals.ts';
import { t } from '../../shared/localize.ts';
import type { DirtyDocument } from './applyService.ts';
import { changedSinceReview, sha256OrNull } from '../../../apply/replaceFile.ts';
import { minimalEdit, withPlainEndings } from './textEdit.ts';

const byteOrderMark = '\uFEFF';

/** The workspace folder that runs work in: the first one. */
export function workspaceFolder(): string | null {
  const folder = vscode.workspace.workspaceFolders?.[0];
  return folder?.uri.scheme === 'file' ? folder.uri.fsPath : null;
}

/** The unsaved texts of the workspace, which count as their files' present bytes. */
export async function readOpenBuffers(): Promise<OpenBuffer[]> {
  const folder = workspaceFolder();
  if (folder === null) return [];
  const dirty = vscode.workspace.textDocuments.filter(
    (document) => document.isDirty && document.uri.scheme === 'file',
  );
  const buffers = await Promise.all(dirty.map((document) => readBuffer(folder, document)));
  return buffers.flatMap((buffer) => (buffer === null ? [] : [buffer]));
}

/** Finds the editor document with unsaved changes among these paths of one file. */
export function findDirtyDocument(files: readonly string[]): DirtyDocument | null {
  const document = vscode.workspace.textDocuments.find(
    (item) => item.isDirty && item.uri.scheme === 'file' && files.includes(item.uri.fsPath),
  );
  if (document === undefined) return null;
  return {
    replace: (expectedSha256, newBytes) => replace(document, expectedSha256, newBytes),
  };
}

async function readBuffer(
  folder: string,
  document: vscode.TextDocument,
): Promise<OpenBuffer | null> {
  const relative = path.relative(folder, document.uri.fsPath);
  if (relative === '' || relative.startsWith('..') || path.isAbsolute(relative)) return null;
  const bytes = await encode(document);
  return {
    path: relative.split(path.sep).join('/'),
    bytesBase64: Buffer.from(bytes).toString('base64'),
  };
}

async function encode(document: vscode.TextDocument): Promise<Uint8Array> {
  return vscode.workspace.encode(document.getText(), { encoding: document.encoding });
}

async function replace(
  document: vscode.TextDocument,
  expectedSha256: string | null,
  newBytes: Uint8Array,
): Promise<string | null> {
  const before = document.getText();
  if (sha256OrNull(await encode(document)) !== expectedSha256) return changedSinceReview();
  const decoded = await vscode.workspace.decode(newBytes, { encoding: document.encoding });
  const after = decoded.startsWith(byteOrderMark) ? decoded.slice(1) : decoded;
  // Both conversions took time; from here to the edit nothing waits.
  if (document.getText() !== before) return changedSinceReview();
  const change = minimalEdit(before, after);
  if (change === null) return null;
  const edit = new vscode.WorkspaceEdit();
  const range = new vscode.Range(
    document.positionAt(change.start),
    document.positionAt(change.end),
  );
  edit.replace(document.uri, range, change.text);
  if (!(await vscode.workspace.applyEdit(edit))) return t('The editor refused the change.');
  const isAsPlanned = withPlainEndings(document.getText()) === withPlainEndings(after);
  return isAsPlanned ? null : changedSinceReview();
}
