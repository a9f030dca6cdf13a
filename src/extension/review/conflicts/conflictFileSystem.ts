import * as vscode from 'vscode';
import type { HostClient } from '../../../hostClient/hostClient.ts';
import { ReadOnlyFileSystem } from '../../shared/readOnlyFileSystem.ts';
import { CONFLICT_SCHEME, parseConflictUri } from './conflictUri.ts';

/** What the file system needs. */
export interface ConflictFileSystemOptions {
  readonly host: HostClient;
  /** Fires with a run id when its proposals or decisions changed. */
  readonly onDidChangeRun: (listener: (runId: string) => void) => { dispose(): unknown };
}

/** Both sides of edits that were kept aside as read-only files, so that their diffs survive a window reload. */
export class ConflictFileSystem extends ReadOnlyFileSystem {
  readonly #host: HostClient;
  readonly #subscription: { dispose(): unknown };
  readonly #watched = new Map<string, WatchedFile>();
  #version = Date.now();

  constructor({ host, onDidChangeRun }: ConflictFileSystemOptions) {
    super(CONFLICT_SCHEME);
    this.#host = host;
    this.#subscription = onDidChangeRun((runId) => this.#refresh(runId));
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const document = parseConflictUri(uri);
    if (document === null) throw vscode.FileSystemError.FileNotFound(uri);
    const { runId, conflictId, side } = document;
    const request = { runId, conflictId, side };
    const { bytesBase64 } = await this.#host.request('conflicts.content', request);
    return bytesBase64 === null ? new Uint8Array() : Buffer.from(bytesBase64, 'base64');
  }

  stat(): vscode.FileStat {
    return { type: vscode.FileType.File, ctime: 0, mtime: this.#version, size: 0 };
  }

  override watch(uri: vscode.Uri): vscode.Disposable {
    const key = uri.toString();
    const file = this.#watched.get(key) ?? { uri, users: 0 };
    this.#watched.set(key, file);
    file.users += 1;
    return new vscode.Disposable(() => {
      file.users -= 1;
      if (file.users === 0) this.#watched.delete(key);
    });
  }

  override dispose(): void {
    this.#subscription.dispose();
    super.dispose();
  }

  // The side that is proposed follows the decisions about the file's hunks.
  #refresh(runId: string): void {
    // A later time than before makes the editor read again; two changes in one millisecond too.
    this.#version = Math.max(Date.now(), this.#version + 1);
    const ofRun = [...this.#watched.values()].filter(
      ({ uri }) => uri.authority.toLowerCase() === runId.toLowerCase(),
    );
    if (ofRun.length > 0) this.fireChanged(ofRun.map(({ uri }) => uri));
  }
}

interface WatchedFile {
  readonly uri: vscode.Uri;
  users: number;
}
