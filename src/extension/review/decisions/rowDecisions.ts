import * as vscode from 'vscode';
import { plural } from '../../../base/format.ts';
import { t } from '../../shared/localize.ts';
import { tell } from '../../shared/tell.ts';
import {
  acceptableHunkIds,
  conflictIdsOf,
  fileOf,
  rejectableHunkIds,
  type ProposalNode,
} from '../proposals/proposalNodes.ts';
import type { ProposalTree } from '../proposals/proposalTree.ts';
import { confirmFlagged } from './confirmFlagged.ts';
import type { Decisions } from './decisions.ts';

/** The user's decisions about rows of the tree. */
export class RowDecisions {
  readonly #decisions: Decisions;
  readonly #tree: ProposalTree;

  constructor(decisions: Decisions, tree: ProposalTree) {
    this.#decisions = decisions;
    this.#tree = tree;
  }

  /** Accepts what a row shows; a group's result is told, a single file's is seen. */
  async accept(node: ProposalNode): Promise<void> {
    const hunkIds = acceptableHunkIds(node);
    if (hunkIds.length === 0) {
      tell(t('Nothing to accept here: what is left conflicts, or must be accepted file by file.'));
      return;
    }
    const file = fileOf(node);
    if (file !== null && !(await confirmFlagged(file))) return;
    const report = node.type === 'group' ? 'always' : 'problems';
    await this.#decisions.accept({ type: 'hunks', hunkIds }, report);
  }

  async reject(node: ProposalNode): Promise<void> {
    await this.#decisions.reject({ type: 'hunks', hunkIds: rejectableHunkIds(node) });
  }

  /** Accepts all that the tree shows, but for files that need an accept of their own. */
  async acceptAll(): Promise<void> {
    const hunkIds = (await this.#tree.loadRows()).flatMap(acceptableHunkIds);
    if (hunkIds.length === 0) tell(t('Nothing can be accepted in bulk. Accept files one by one.'));
    else await this.#decisions.accept({ type: 'hunks', hunkIds }, 'always');
  }

  /** Rejects all that the tree shows, after a question. */
  async rejectAll(): Promise<void> {
    const rows = await this.#tree.loadRows();
    const hunkIds = rows.flatMap(rejectableHunkIds);
    const conflictIds = rows.flatMap(conflictIdsOf);
    if (!(await confirmRejectAll(hunkIds.length, conflictIds.length))) return;
    if (hunkIds.length > 0) await this.#decisions.reject({ type: 'hunks', hunkIds });
    if (conflictIds.length > 0) await this.#decisions.reject({ type: 'conflicts', conflictIds });
  }
}

async function confirmRejectAll(changes: number, conflicts: number): Promise<boolean> {
  const what = [
    ...(changes === 0 ? [] : [plural(changes, 'change')]),
    ...(conflicts === 0 ? [] : [plural(conflicts, 'conflict')]),
  ];
  if (what.length === 0) return false;
  const reject = t('Reject {0}', what.join(t(' and ')));
  const choice = await vscode.window.showQuickPick([reject, t('Keep them')], {
    title: t('Reject All Proposed Changes'),
  });
  return choice === reject;
}
