import type * as vscode from 'vscode';
import { t } from '../shared/localize.ts';
import { tell } from '../shared/tell.ts';
import { ConflictDecisions } from './decisions/conflictDecisions.ts';
import { Decisions, type DecisionsContext } from './decisions/decisions.ts';
import { DiffDecisions } from './decisions/diffDecisions.ts';
import { HandMerge } from './decisions/handMerge.ts';
import { RowDecisions } from './decisions/rowDecisions.ts';
import { firstHunkOfAgent } from './proposals/hunkPositions.ts';
import { showDiff } from './proposals/proposalDiff.ts';
import type { ProposalNode } from './proposals/proposalNodes.ts';
import type { ProposalTree } from './proposals/proposalTree.ts';

/** What the controller works with. */
export interface ReviewParts extends DecisionsContext {
  readonly tree: ProposalTree;
  readonly view: vscode.TreeView<ProposalNode>;
}

/** What the user does with proposals: looks at them, and decides about them wherever they are shown. */
export class ReviewController {
  readonly #parts: ReviewParts;
  readonly decisions: Decisions;
  readonly rows: RowDecisions;
  readonly diff: DiffDecisions;
  readonly merge: HandMerge;
  /** What was kept aside is decided apart from all else. */
  readonly conflicts: ConflictDecisions;

  constructor(parts: ReviewParts) {
    const { model, tasks, tree } = parts;
    this.#parts = parts;
    this.decisions = new Decisions(parts);
    this.rows = new RowDecisions(this.decisions, tree);
    this.conflicts = new ConflictDecisions({ model, tasks });
    this.merge = new HandMerge(model, this.conflicts);
    this.diff = new DiffDecisions({ model, decisions: this.decisions, merge: this.merge, tasks });
  }

  /** Shows the diff behind a row of the tree. */
  async openNode(node: ProposalNode): Promise<void> {
    const runId = this.#parts.model.runId;
    if (runId === null || node.type === 'group' || node.type === 'conflicts') return;
    if (node.type === 'conflict') {
      await this.conflicts.open(runId, node.conflict);
      return;
    }
    const file = node.type === 'file' ? node.file : node.parent.file;
    const hunk = node.type === 'hunk' ? node.hunk : null;
    await showDiff({ runId, file, hunk, focus: 'keep' });
  }

  /** Shows the first hunk that an agent wrote, in the diff and in the tree. */
  async revealAgent(runId: string, agentId: number): Promise<void> {
    const { model, tree, view } = this.#parts;
    model.choose(runId);
    const set = await model.load();
    const place = set === null ? null : firstHunkOfAgent(set, agentId);
    if (place === null) {
      const aside = set?.conflicts.find((conflict) => conflict.agentId === agentId);
      if (aside === undefined) tell(t('This agent proposed no changes.'));
      else await this.conflicts.open(runId, aside);
      return;
    }
    await showDiff({ runId, ...place, focus: 'keep' });
    await tree.loadRows();
    const node = tree.findHunk(place.hunk.hunkId);
    if (node !== null) await view.reveal(node, { select: true, focus: false });
  }
}
