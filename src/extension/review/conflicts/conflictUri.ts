import * as vscode from 'vscode';
import type { HostParams } from '../../../protocol/host/hostRpc.ts';
import type { KeptAside } from '../../../protocol/proposals.ts';

/** The scheme of both sides of a conflict; another one than the proposals', whose buttons decide about hunks. */
export const CONFLICT_SCHEME = 'muster-conflict';

/** Which text of an edit that was kept aside. */
export type ConflictSide = HostParams<'conflicts.content'>['side'];

const SIDES: readonly ConflictSide[] = ['base', 'proposed', 'agent'];

/** What a conflict document shows. */
export interface ConflictDocument {
  readonly runId: string;
  readonly conflictId: string;
  readonly path: string;
  readonly side: ConflictSide;
}

/** The virtual document with one side of a conflict. */
export function conflictUri(runId: string, conflict: KeptAside, side: ConflictSide): vscode.Uri {
  const { conflictId, path } = conflict;
  return vscode.Uri.from({
    scheme: CONFLICT_SCHEME,
    authority: runId,
    path: `/${path}`,
    query: `${side}=${conflictId}`,
  });
}

/** The reverse of `conflictUri`; null for a URI that names no side. */
export function parseConflictUri(uri: vscode.Uri): ConflictDocument | null {
  const [name, conflictId] = uri.query.split('=');
  const side = SIDES.find((candidate) => candidate === name);
  if (side === undefined || conflictId === undefined) return null;
  return { runId: uri.authority, conflictId, path: uri.path.replace(/^\//u, ''), side };
}

/** The conflict whose two sides the active tab shows, or null. */
export function activeConflict(): ConflictDocument | null {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (!(input instanceof vscode.TabInputTextDiff)) return null;
  return input.modified.scheme === CONFLICT_SCHEME ? parseConflictUri(input.modified) : null;
}
