import * as vscode from 'vscode';
import type { OpenBuffer } from '../../../protocol/proposals.ts';
import type { HostClient } from '../../../hostClient/hostClient.ts';
import { ReadOnlyFileSystem } from '../../shared/readOnlyFileSystem.ts';
import { workspaceFolder } from '../apply/openDocuments.ts';
import { parseProposalUri, PROPOSAL_SCHEME } from './proposalUri.ts';

/** Keystrokes in the live file reach the proposal's side this much later, once for a burst. */
const LIVE_CHANGE_DELAY_MS = 200;

/** What the file system needs. */
export interface ProposalFileSystemOptions {
  readonly host: HostClient;
  readonly openBuffers: () => Promise<OpenBuffer[]>;
  /** Fires with a run id when its proposals or decisions changed. */
  readonly onDidChangeRun: (listener: (runId: string) => void) => { dispose(): unknown };
}

/** Proposals as read-only files, so that diffs of them survive a window reload. */
export class ProposalFileSystem extends ReadOnlyFileSystem {
  readonly #options: ProposalFileSystemOptions;
  readonly #watched = new Map<string, WatchedFile>();
  readonly #subscriptions: { dispose(): unknown }[];
  #version = Date.now();
  #timer: NodeJS.Timeout | null = null;

  constructor(options: ProposalFileSystemOptions) {
    super(PROPOSAL_SCHEME);
    this.#options = options;
    this.#subscriptions = [
      options.onDidChangeRun((runId) =>
        this.#refresh((file) => file.runId === runId.toLowerCase()),
      ),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.uri.scheme === 'file') this.#refreshLiveSoon(document.uri);
      }),
    ];
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const { runId, path, side } = parseProposalUri(uri);
    if (side === 'empty') return new Uint8Array();
    if (side === 'saved') return readSaved(path);
    const { bytesBase64 } = await this.#options.host.request('proposals.content', {
      runId,
      path,
      side,
      openBuffers: await this.#openBufferOf(path),
    });
    return bytesBase64 === null ? new Uint8Array() : Buffer.from(bytesBase64, 'base64');
  }

  stat(): vscode.FileStat {
    return { type: vscode.FileType.File, ctime: 0, mtime: this.#version, size: 0 };
  }

  /** The editor watches what it shows: those files follow their live counterparts on disk. */
  override watch(uri: vscode.Uri): vscode.Disposable {
    const key = uri.toString();
    const watched = this.#watched.get(key) ?? this.#startWatching(uri);
    this.#watched.set(key, watched);
    watched.users += 1;
    return new vscode.Disposable(() => {
      watched.users -= 1;
      if (watched.users > 0) return;
      watched.watcher?.dispose();
      this.#watched.delete(key);
    });
  }

  override dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const { watcher } of this.#watched.values()) watcher?.dispose();
    super.dispose();
  }

  async #openBufferOf(path: string): Promise<OpenBuffer[]> {
    const buffers = await this.#options.openBuffers();
    return buffers.filter((buffer) => buffer.path === path);
  }

  #startWatching(uri: vscode.Uri): WatchedFile {
    const { runId, path } = parseProposalUri(uri);
    const folder = workspaceFolder();
    const file = { uri, runId: runId.toLowerCase(), path, users: 0 };
    if (folder === null) return { ...file, liveUri: null, watcher: null };
    const liveUri = vscode.Uri.joinPath(vscode.Uri.file(folder), path);
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.joinPath(liveUri, '..'), escapeGlob(path)),
    );
    const refresh = () => this.#refreshLiveSoon(liveUri);
    watcher.onDidChange(refresh);
    watcher.onDidCreate(refresh);
    watcher.onDidDelete(refresh);
    return { ...file, liveUri, watcher };
  }

  #refreshLiveSoon(liveUri: vscode.Uri): void {
    const live = liveUri.toString();
    const isShown = [...this.#watched.values()].some((file) => file.liveUri?.toString() === live);
    if (!isShown) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#refresh(() => true), LIVE_CHANGE_DELAY_MS);
  }

  #refresh(isMeant: (file: WatchedFile) => boolean): void {
    // A later time than before makes the editor read again; two changes in one millisecond too.
    this.#version = Math.max(Date.now(), this.#version + 1);
    const meant = [...this.#watched.values()].filter(isMeant);
    if (meant.length === 0) return;
    this.fireChanged(meant.map(({ uri }) => uri));
  }
}

interface WatchedFile {
  readonly uri: vscode.Uri;
  readonly runId: string;
  readonly path: string;
  readonly liveUri: vscode.Uri | null;
  readonly watcher: vscode.FileSystemWatcher | null;
  users: number;
}

async function readSaved(path: string): Promise<Uint8Array> {
  const folder = workspaceFolder();
  if (folder === null) return new Uint8Array();
  return vscode.workspace.fs.readFile(vscode.Uri.joinPath(vscode.Uri.file(folder), path));
}

function escapeGlob(path: string): string {
  const name = path.split('/').at(-1) ?? path;
  return name.replaceAll(/[[\]{}*?!]/gu, '[$&]');
}
