import * as vscode from 'vscode';
import type { FileProposal } from '../../protocol/proposals.ts';
import { workspaceFolder } from './openDocuments.ts';

/** The scheme of the proposals' side of a diff. */
export const proposalScheme = 'muster-proposal';
const emptyQuery = 'empty';

/** What a proposal document shows. */
export interface ProposalDocument {
  readonly runId: string;
  readonly path: string;
  /** The side that does not exist: before a create, after a delete. */
  readonly isEmpty: boolean;
}

/** The virtual document with a file as it would be with all hunks that are not rejected. */
export function proposalUri(runId: string, path: string): vscode.Uri {
  return vscode.Uri.from({ scheme: proposalScheme, authority: runId, path: `/${path}` });
}

/** The two sides of a file's diff: the live file on the left, the proposal on the right. */
export function diffSides(
  runId: string,
  file: FileProposal,
): { readonly left: vscode.Uri; readonly right: vscode.Uri } | null {
  const folder = workspaceFolder();
  if (folder === null) return null;
  const proposal = proposalUri(runId, file.path);
  const live = vscode.Uri.joinPath(vscode.Uri.file(folder), file.path);
  const empty = proposal.with({ query: emptyQuery });
  if (file.kind === 'create') return { left: empty, right: proposal };
  if (file.kind === 'delete') return { left: live, right: empty };
  return { left: live, right: proposal };
}

/** The reverse of `proposalUri`. */
export function parseProposalUri(uri: vscode.Uri): ProposalDocument {
  return {
    runId: uri.authority,
    path: uri.path.replace(/^\//u, ''),
    isEmpty: uri.query === emptyQuery,
  };
}
