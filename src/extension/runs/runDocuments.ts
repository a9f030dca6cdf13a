import * as vscode from 'vscode';
import type { HostClient } from '../../hostClient/hostClient.ts';
import { ReadOnlyFileSystem } from '../shared/readOnlyFileSystem.ts';
import { readDocument, runDocumentPath, type RunDocument } from './runDocumentPath.ts';

const SCHEME = 'muster-doc';

/**
 * Reports, scripts and transcripts as read-only documents. A file system and not a text-content
 * provider, because only its documents come back after a window reload.
 */
export class RunDocuments extends ReadOnlyFileSystem {
  readonly #host: HostClient;
  readonly #openedAt = Date.now();

  constructor(host: HostClient) {
    super(SCHEME);
    this.#host = host;
  }

  /** Shows a document: reports and transcripts rendered, scripts as text. */
  async open(document: RunDocument): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: runDocumentPath(document) });
    this.fireChanged([uri]);
    if (document.type !== 'script' && (await canPreviewMarkdown())) {
      await vscode.commands.executeCommand('markdown.showPreview', uri);
      return;
    }
    await vscode.window.showTextDocument(uri, { preview: true });
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const text = await readDocument(this.#host, uri.path);
    if (text === null) throw vscode.FileSystemError.FileNotFound(uri);
    return new TextEncoder().encode(text);
  }

  stat(): vscode.FileStat {
    // The time is the moment of asking: a transcript grows while its agent runs.
    return { type: vscode.FileType.File, ctime: this.#openedAt, mtime: Date.now(), size: 0 };
  }
}

async function canPreviewMarkdown(): Promise<boolean> {
  return (await vscode.commands.getCommands(true)).includes('markdown.showPreview');
}
