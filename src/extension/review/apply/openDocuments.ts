import { createHash } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import type { OpenBuffer } from '../../../protocol/proposals.ts';
import { t } from '../../shared/localize.ts';
import type { UnsavedDocument } from '../../../apply/writePlanned.ts';
import { CHANGED_SINCE_REVIEW } from '../../../apply/writeResult.ts';
import { minimalEdit, withPlainEndings } from './textEdit.ts';

const BYTE_ORDER_MARK = '\uFEFF';

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
export function findUnsavedDocument(files: readonly string[]): UnsavedDocument | null {
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
  if (sha256Of(await encode(document)) !== expectedSha256) return CHANGED_SINCE_REVIEW;
  const decoded = await vscode.workspace.decode(newBytes, { encoding: document.encoding });
  const after = decoded.startsWith(BYTE_ORDER_MARK) ? decoded.slice(1) : decoded;
  // Both conversions took time; from here to the edit nothing waits.
  if (document.getText() !== before) return CHANGED_SINCE_REVIEW;
  const change = minimalEdit(before, after);
  if (change === null) return null;
  const edit = new vscode.WorkspaceEdit();
  const range = new vscode.Range(
    document.positionAt(change.start),
    document.positionAt(change.end),
  );
  edit.replace(document.uri, range, change.text);
  if (!(await vscode.workspace.applyEdit(edit))) return t('The editor rejected the change.');
  const isAsPlanned = withPlainEndings(document.getText()) === withPlainEndings(after);
  return isAsPlanned ? null : CHANGED_SINCE_REVIEW;
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
