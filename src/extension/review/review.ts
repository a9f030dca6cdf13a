import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposables.ts';
import { canVerifyAccepted } from '../../protocol/view/canVerifyAccepted.ts';
import { countProposals } from '../../protocol/countProposals.ts';
import type { RunSummary } from '../../protocol/view/summarizeRun.ts';
import type { HostClient } from '../../hostClient/hostClient.ts';
import type { RunRegistry } from '../runs/runRegistry.ts';
import type { ProviderSettings } from '../settings/providerSettings.ts';
import type { Tasks } from '../shared/tasks.ts';
import { ApplyService } from './apply/applyService.ts';
import { ConflictFileSystem } from './conflicts/conflictFileSystem.ts';
import type { RunSummary } from '../../protocol/view/summarizeRun.ts';
import { describeView } from './proposals/describeView.ts';
import { CutOffNotice } from './decisions/cutOffNotice.ts';
import { findUnsavedDocument, readOpenBuffers, workspaceFolder } from './apply/openDocuments.ts';
import { ProposalFileSystem } from './proposals/proposalFileSystem.ts';
import { ProposalModel } from './proposals/proposalModel.ts';
import type { ProposalNode } from './proposals/proposalNodes.ts';
import { ProposalTree, PROPOSAL_VIEW_ID } from './proposals/proposalTree.ts';
import { ReviewController } from './reviewController.ts';

/** All of the review: the tree, the diffs and the decisions. */
export interface Review extends Disposable {
  readonly model: ProposalModel;
  readonly tree: ProposalTree;
  readonly controller: ReviewController;
  /** Shows the view with a run's proposals, because the user asked. */
  open(runId: string): Promise<void>;
}

/** What the review needs. */
export interface ReviewContext {
  readonly host: HostClient;
  readonly registry: RunRegistry;
  readonly settings: ProviderSettings;
  readonly tasks: Tasks;
  /** The view came into sight. */
  readonly onNeeded: () => void;
}

/** Builds the review and joins it to the shown run. */
export function createReview({ host, registry, settings, tasks, onNeeded }: ReviewContext): Review {
  const applyService = new ApplyService({
    folder: workspaceFolder,
    findUnsaved: findUnsavedDocument,
  });
  const model = new ProposalModel({ host, applyService, openBuffers: readOpenBuffers });
  const tree = new ProposalTree(model, () => settings.current().groupBy);
  const view = vscode.window.createTreeView<ProposalNode>(PROPOSAL_VIEW_ID, {
    treeDataProvider: tree,
    showCollapseAll: true,
  });
  const fileSystem = new ProposalFileSystem({
    host,
    openBuffers: readOpenBuffers,
    onDidChangeRun: model.onDidChange,
  });
  const conflictFileSystem = new ConflictFileSystem({ host, onDidChangeRun: model.onDidChange });
  const describe = () => describeView(view, registry.shown, model.loaded?.cutOff);
  const canVerify = (runId: string): boolean => isReadyToVerify(registry.get(runId));
  const cutOffNotice = new CutOffNotice({ model, tasks });
  const controller = new ReviewController({ model, tree, view, tasks, canVerify });
  const followShown = () => {
    model.choose(registry.shown?.runId ?? null);
    describe();
  };
  const subscriptions: readonly Disposable[] = [
    view.onDidChangeVisibility(({ visible }) => {
      if (visible) onNeeded();
    }),
    registry.onDidChangeShown(followShown),
    model.onDidLoad((set) => registry.setProposals(set.runId, countProposals(set))),
    registry.onDidChange(() => describe()),
    settings.onDidChange(() => tree.refresh()),
    // What fitted before may not fit what was saved, and the reverse.
    vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      const name = vscode.workspace.asRelativePath(uri, false);
      if (model.loaded?.files.some(({ path }) => path === name) === true) model.invalidate();
    }),
  ];
  const parts = [fileSystem, conflictFileSystem, cutOffNotice, view, tree, model];
  return {
    model,
    tree,
    controller,
    open: async (runId) => {
      model.choose(runId);
      await vscode.commands.executeCommand(`${PROPOSAL_VIEW_ID}.focus`);
      await focusFirstRow(view, tree);
    },
    dispose: () => {
      for (const item of [...subscriptions, ...parts]) item.dispose();
    },
  };
}

function isReadyToVerify(run: RunSummary | null): boolean {
  if (run === null || !canVerifyAccepted(run)) return false;
  return run.proposals.pending + run.proposals.conflicts === 0;
}

// A view that was empty when it got the focus leaves the keyboard nowhere once its rows are there.
async function focusFirstRow(
  view: vscode.TreeView<ProposalNode>,
  tree: ProposalTree,
): Promise<void> {
  const [first] = view.selection.length > 0 ? [] : await tree.getChildren();
  if (first === undefined) return;
  try {
    await view.reveal(first, { select: false, focus: true });
  } catch {
    // The editor draws rows on its own time and may not know this one yet. By now it has some.
    await vscode.commands.executeCommand(`${PROPOSAL_VIEW_ID}.focus`);
  }
}
