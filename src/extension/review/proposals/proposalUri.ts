import * as vscode from 'vscode';
import type { FileProposal } from '../../../protocol/proposals.ts';
import { workspaceFolder } from '../apply/openDocuments.ts';

/** The scheme of the proposals' side of a diff. */
export const PROPOSAL_SCHEME = 'muster-proposal';

/**
 * Which text: `empty` is the side that does not exist, before a create and after a delete. The others but
 * `proposed` are for a merge by hand: what the agents read, what they propose, and the live file as it is saved.
 */
export type ProposalSide = 'proposed' | 'empty' | 'base' | 'unmerged' | 'saved';

const OTHER_SIDES: readonly ProposalSide[] = ['empty', 'base', 'unmerged', 'saved'];

/** What a proposal document shows. */
export interface ProposalDocument {
  readonly runId: string;
  readonly path: string;
  readonly side: ProposalSide;
}

/** The virtual document with a file as it would be with all hunks that are not rejected, or with another text of it. */
export function proposalUri(
  runId: string,
  path: string,
  side: ProposalSide = 'proposed',
): vscode.Uri {
  const query = side === 'proposed' ? '' : side;
  return vscode.Uri.from({ scheme: PROPOSAL_SCHEME, authority: runId, path: `/${path}`, query });
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
  const empty = proposalUri(runId, file.path, 'empty');
  if (file.kind === 'create') return { left: empty, right: proposal };
  if (file.kind === 'delete') return { left: live, right: empty };
  return { left: live, right: proposal };
}

/** The reverse of `proposalUri`. */
export function parseProposalUri(uri: vscode.Uri): ProposalDocument {
  return {
    runId: uri.authority,
    path: uri.path.replace(/^\//u, ''),
    side: OTHER_SIDES.find((side) => side === uri.query) ?? 'proposed',
  };
}
