import type { ConflictNode } from '../review/conflicts/conflictNodes.ts';
import { isProposalNode, type ProposalNode } from '../review/proposals/proposalNodes.ts';
import type { CommandHandlers, CommandParts } from './commandParts.ts';

/** Commands that decide about proposals, given in the tree, in a diff or in the palette. */
export function reviewCommands({ review, model, tree, settings }: CommandParts): CommandHandlers {
  const { conflicts, decisions, diff, merge, rows } = review;
  return {
    'muster.openProposal': (node: ProposalNode) => review.openNode(node),
    'muster.acceptProposal': (node: ProposalNode) => rows.accept(node),
    'muster.rejectProposal': (node: ProposalNode) => rows.reject(node),
    'muster.openMerge': (row: unknown) => merge.open(isProposalNode(row) ? row : null),
    'muster.discardConflict': (row: unknown) => conflicts.discard(conflictRow(row)),
    'muster.restoreConflicts': () => conflicts.restore(),
    'muster.acceptAll': () => rows.acceptAll(),
    'muster.rejectAll': () => rows.rejectAll(),
    'muster.undoAccept': () => decisions.undo(),
    'muster.refreshProposals': () => model.invalidate(),
    'muster.acceptFile': () => diff.acceptFile(),
    'muster.rejectFile': () => diff.rejectFile(),
    'muster.acceptHunk': () => diff.acceptHunk(),
    'muster.rejectHunk': () => diff.rejectHunk(),
    'muster.nextHunk': () => diff.goToHunk('next'),
    'muster.previousHunk': () => diff.goToHunk('previous'),
    'muster.groupProposals': async () => {
      await settings.chooseGrouping();
      tree.refresh();
    },
  };
}

// From an editor's title the command gets the document, and the active tab says the rest.
function conflictRow(row: unknown): ConflictNode | null {
  return isProposalNode(row) && row.type === 'conflict' ? row : null;
}
