import type { FileProposal } from '../../../protocol/proposals.ts';
import { t } from '../../shared/localize.ts';
import { activeConflict } from '../conflicts/conflictUri.ts';
import { openMerge } from '../conflicts/openMerge.ts';
import { showDiff } from '../proposals/proposalDiff.ts';
import type { ProposalModel } from '../proposals/proposalModel.ts';
import { fileOf, type ProposalNode } from '../proposals/proposalNodes.ts';
import { proposalUri } from '../proposals/proposalUri.ts';
import { activeFile } from './activeFile.ts';
import type { ConflictDecisions } from './conflictDecisions.ts';

/** Merges by hand where a change does not fit. */
export class HandMerge {
  readonly #model: ProposalModel;
  readonly #conflicts: ConflictDecisions;

  constructor(model: ProposalModel, conflicts: ConflictDecisions) {
    this.#model = model;
    this.#conflicts = conflicts;
  }

  /** Opens the merge of a row, or of the diff in the active tab. */
  async open(node: ProposalNode | null): Promise<void> {
    if (node?.type === 'conflict' || activeConflict() !== null) {
      await this.#conflicts.merge(node?.type === 'conflict' ? node : null);
      return;
    }
    const file = fileOf(node) ?? (await activeFile(this.#model));
    const { runId } = this.#model;
    if (file !== null && runId !== null) await openFileMerge(runId, file);
  }
}

async function openFileMerge(runId: string, file: FileProposal): Promise<void> {
  // A file that goes, or has no lines, is taken or left as a whole.
  if (file.kind === 'delete' || file.kind === 'binary' || file.kind === 'mode') {
    await showDiff({ runId, file, hunk: null, focus: 'keep' });
    return;
  }
  const { path } = file;
  await openMerge({
    path,
    base: proposalUri(runId, path, 'base'),
    ours: { uri: proposalUri(runId, path, 'saved'), title: t('Your File') },
    theirs: { uri: proposalUri(runId, path, 'unmerged'), title: t('Proposed') },
  });
}
