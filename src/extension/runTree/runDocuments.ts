import * as vscode from 'vscode';
import type { HostClient } from '../hostProcess/hostClient.ts';
import { readDocument, runDocumentPath, type RunDocument } from './runDocumentPath.ts';

const scheme = 'muster-doc';

/**
 * Reports, scripts and transcripts as read-only documents. A file system and not a text-content
 * provider, because only its documents come back after a window reload.
 */
export class RunDocuments implements vscode.FileSystemProvider, vscode.Disposable {
  readonly #host: HostClient;
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly #registration: vscode.Disposable;
  readonly #openedAt = Date.now();
  readonly onDidChangeFile: vscode.Event<vscode.FileChangeEvent[]> = this.#changed.event;

  constructor(host: HostClient) {
    this.#host = host;
    this.#registration = vscode.workspace.registerFileSystemProvider(scheme, this, {
      isReadonly: true,
      isCaseSensitive: true,
    });
  }

  /** Shows a document: reports and transcripts rendered, scripts as text. */
  async open(document: RunDocument): Promise<void> {
    const uri = vscode.Uri.from({ scheme, path: runDocumentPath(document) });
    this.#changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
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

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}

async function canPreviewMarkdown(): Promise<boolean> {
  return (await vscode.commands.getCommands(true)).includes('markdown.showPreview');
}
