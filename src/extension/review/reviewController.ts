import * as vscode from 'vscode';
import { plural } from '../../base/format.ts';
import type { FileProposal, Hunk, Selection } from '../../protocol/proposals.ts';
import { t } from '../localize.ts';
import type { Tasks } from '../tasks.ts';
import { ConflictController } from './conflicts/conflictController.ts';
import { activeConflict } from './conflicts/conflictUri.ts';
import { firstHunkOfAgent, neighbourHunk } from './hunkPositions.ts';
import { openMerge } from './conflicts/openMerge.ts';
import { activeProposal, hunkAtCursor, showDiff } from './proposalDiff.ts';
import type { ApplyResult, ProposalModel } from './proposalModel.ts';
import {
  acceptableHunkIds,
  conflictIdsOf,
  rejectableHunkIds,
  type ProposalNode,
} from './proposalNodes.ts';
import { proposalUri } from './proposalUri.ts';
import type { ProposalTree } from './proposalTree.ts';
import { summarizeApply } from './apply/summarizeApply.ts';

/** What the controller steers. */
export interface ReviewParts {
  readonly model: ProposalModel;
  readonly tree: ProposalTree;
  readonly view: vscode.TreeView<ProposalNode>;
  readonly tasks: Tasks;
  /** Everything that a run proposes is decided, and its commands can run on what was accepted. */
  readonly canVerify: (runId: string) => boolean;
}

/** The user's decisions about proposals, wherever they are made. */
export class ReviewController {
  readonly #parts: ReviewParts;
  /** What was kept aside is decided apart from all else. */
  readonly conflicts: ConflictController;

  constructor(parts: ReviewParts) {
    this.#parts = parts;
    this.conflicts = new ConflictController(parts);
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

  /** Accepts what a row shows; a group's result is told, a single file's is seen. */
  async acceptNode(node: ProposalNode): Promise<void> {
    const hunkIds = acceptableHunkIds(node);
    if (hunkIds.length === 0) {
      tell(t('Nothing here can be accepted: it is in conflict, or needs an accept of its own.'));
      return;
    }
    const file = fileOf(node);
    if (file !== null && !(await isWanted(file))) return;
    await this.#accept({ type: 'hunks', hunkIds }, node.type === 'group' ? 'always' : 'problems');
  }

  /** Opens a merge by hand where a change does not fit: of a row, or of the diff in the active tab. */
  async openMerge(node: ProposalNode | null): Promise<void> {
    if (node?.type === 'conflict' || activeConflict() !== null) {
      await this.conflicts.merge(node?.type === 'conflict' ? node : null);
      return;
    }
    const file = fileOf(node) ?? (await this.#activeFile());
    const { runId } = this.#parts.model;
    if (file === null || runId === null) return;
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

  async rejectNode(node: ProposalNode): Promise<void> {
    await this.#reject({ type: 'hunks', hunkIds: rejectableHunkIds(node) });
  }

  /** Accepts all that the tree shows, but for files that need an accept of their own. */
  async acceptAll(): Promise<void> {
    const hunkIds = (await this.#rows()).flatMap(acceptableHunkIds);
    if (hunkIds.length === 0) tell(t('There is nothing that can be accepted at once.'));
    else await this.#accept({ type: 'hunks', hunkIds }, 'always');
  }

  /** Rejects all that the tree shows, after a question. */
  async rejectAll(): Promise<void> {
    const rows = await this.#rows();
    const hunkIds = rows.flatMap(rejectableHunkIds);
    const conflictIds = rows.flatMap(conflictIdsOf);
    const what = [
      ...(hunkIds.length === 0 ? [] : [plural(hunkIds.length, 'change')]),
      ...(conflictIds.length === 0 ? [] : [plural(conflictIds.length, 'conflict')]),
    ];
    if (what.length === 0) return;
    const reject = t('Reject {0}', what.join(t(' and ')));
    const choice = await vscode.window.showQuickPick([reject, t('Keep them')], {
      title: t('Reject All Proposed Changes'),
    });
    if (choice !== reject) return;
    if (hunkIds.length > 0) await this.#reject({ type: 'hunks', hunkIds });
    if (conflictIds.length > 0) await this.#reject({ type: 'conflicts', conflictIds });
  }

  /** Takes back the last accept of the run under review. */
  async undo(): Promise<void> {
    const { model } = this.#parts;
    if (model.runId === null) return;
    const result = await model.undo(model.runId, null);
    this.#parts.tasks.track('Telling what was undone', this.#tellResult(result, 'always'));
  }

  async acceptFile(): Promise<void> {
    const file = await this.#activeFile();
    if (file === null || !(await isWanted(file))) return;
    await this.#accept({ type: 'files', paths: [file.path] }, 'problems');
    await this.#goOn(file, null);
  }

  async rejectFile(): Promise<void> {
    const file = await this.#activeFile();
    if (file === null) return;
    await this.#reject({ type: 'files', paths: [file.path] });
    await this.#goOn(file, null);
  }

  /** Accepts the hunk at the cursor and goes to the next one. */
  async acceptHunk(): Promise<void> {
    const file = await this.#activeFile();
    const hunk = file === null ? null : hunkAtCursor(file);
    if (file === null || hunk === null) return;
    if (hunk.state === 'conflict') {
      this.#parts.tasks.track('Telling why it does not fit', this.#offerWays(hunk));
      return;
    }
    if (!(await isWanted(file))) return;
    await this.#accept({ type: 'hunks', hunkIds: [hunk.hunkId] }, 'problems');
    await this.#goOn(file, hunk.hunkId);
  }

  /** Rejects the hunk at the cursor and goes to the next one. */
  async rejectHunk(): Promise<void> {
    const file = await this.#activeFile();
    const hunk = file === null ? null : hunkAtCursor(file);
    if (file === null || hunk === null) return;
    await this.#reject({ type: 'hunks', hunkIds: [hunk.hunkId] });
    await this.#goOn(file, hunk.hunkId);
  }

  /** Moves to another hunk, over the end of a file into the next one. */
  async goToHunk(direction: 'next' | 'previous'): Promise<void> {
    const file = await this.#activeFile();
    const set = await this.#parts.model.load();
    if (file === null || set === null) return;
    const hunkId = hunkAtCursor(file)?.hunkId ?? null;
    const place = neighbourHunk(set, { path: file.path, hunkId }, direction);
    if (place !== null) await showDiff({ runId: set.runId, ...place, focus: 'move' });
  }

  /** Shows the first hunk that an agent wrote, in the diff and in the tree. */
  async revealAgent(runId: string, agentId: number): Promise<void> {
    const { model, tree, view } = this.#parts;
    model.choose(runId);
    const set = await model.load();
    const place = set === null ? null : firstHunkOfAgent(set, agentId);
    if (place === null) {
      const aside = set?.conflicts.find((conflict) => conflict.agentId === agentId);
      if (aside === undefined) tell(t('This agent proposed no change.'));
      else await this.conflicts.open(runId, aside);
      return;
    }
    await showDiff({ runId, ...place, focus: 'keep' });
    await this.#rows();
    const node = tree.findHunk(place.hunk.hunkId);
    if (node !== null) await view.reveal(node, { select: true, focus: false });
  }

  // There is no "accept anyway": what does not fit is merged by hand, or not taken.
  async #offerWays({ hunkId, path, conflictReason }: Hunk): Promise<void> {
    const merge = t('Open 3-Way Merge');
    const discard = t('Reject');
    const reason = conflictReason ?? t('{0} changed since it was read.', path);
    const choice = await vscode.window.showWarningMessage(reason, merge, discard);
    if (choice === merge) await this.openMerge(null);
    if (choice === discard) await this.#reject({ type: 'hunks', hunkIds: [hunkId] });
  }

  async #accept(selection: Selection, report: 'always' | 'problems'): Promise<void> {
    const { model } = this.#parts;
    const runId = model.runId;
    if (runId === null || !isAllowed()) return;
    const result = await vscode.window.withProgress(
      { location: { viewId: 'muster.proposals' } },
      () => model.accept(runId, selection),
    );
    this.#parts.tasks.track('Telling what was applied', this.#tellResult(result, report));
  }

  async #reject(selection: Selection): Promise<void> {
    const { model } = this.#parts;
    if (model.runId !== null) await model.reject(model.runId, selection);
  }

  async #tellResult(result: ApplyResult, report: 'always' | 'problems'): Promise<void> {
    if (report === 'problems' && result.problems.length === 0) return;
    const canVerify = result.action === 'accept' && this.#parts.canVerify(result.runId);
    const choice = await askAboutResult(result, { canVerify });
    if (choice === 'details') await showProblems(result);
    if (choice === 'verify') await verifyAccepted(result.runId);
    if (choice !== 'undo') return;
    const { model } = this.#parts;
    await this.#tellResult(await model.undo(result.runId, result.decisionId), 'always');
  }

  // The tree may never have been shown; the rows are then made now.
  async #rows(): Promise<readonly ProposalNode[]> {
    await this.#parts.model.load();
    return this.#parts.tree.getChildren();
  }

  async #activeFile(): Promise<FileProposal | null> {
    const active = activeProposal();
    if (active === null) return null;
    const { model } = this.#parts;
    if (model.runId?.toLowerCase() !== active.runId.toLowerCase()) model.choose(active.runId);
    const set = await model.load();
    return set?.files.find((file) => file.path === active.path) ?? null;
  }

  async #goOn(file: FileProposal, hunkId: string | null): Promise<void> {
    const set = await this.#parts.model.load();
    const place = set === null ? null : neighbourHunk(set, { path: file.path, hunkId }, 'next');
    if (set !== null && place !== null) {
      await showDiff({ runId: set.runId, ...place, focus: 'move' });
    }
  }
}

// Whoever accepts one change after the other by the same key must not run over what is flagged.
async function isWanted({ path, flag }: FileProposal): Promise<boolean> {
  if (flag === null) return true;
  const accept: vscode.QuickPickItem = { label: t('Accept'), detail: flag };
  const title = t('{0} Needs an Accept of Its Own', path);
  const choice = await vscode.window.showQuickPick([accept, { label: t('Leave it pending') }], {
    title,
  });
  return choice === accept;
}

function fileOf(node: ProposalNode | null): FileProposal | null {
  if (node?.type === 'file') return node.file;
  return node?.type === 'hunk' ? node.parent.file : null;
}

function isAllowed(): boolean {
  if (vscode.workspace.isTrusted) return true;
  tell(t('This folder is not trusted. Trust it before you accept proposals into it.'));
  return false;
}

async function askAboutResult(
  result: ApplyResult,
  { canVerify }: { readonly canVerify: boolean },
): Promise<'undo' | 'verify' | 'details' | null> {
  const undo = t('Undo');
  const verify = t('Verify Accepted Files');
  const details = t('Show Details');
  const actions = [
    ...(result.action === 'accept' && result.writtenPaths.length > 0 ? [undo] : []),
    ...(canVerify ? [verify] : []),
    ...(result.problems.length > 1 ? [details] : []),
  ];
  const show =
    result.problems.length === 0
      ? vscode.window.showInformationMessage
      : vscode.window.showWarningMessage;
  const choice = await show(summarizeApply(result), ...actions);
  if (choice === undefined) return null;
  if (choice === verify) return 'verify';
  return choice === undo ? 'undo' : 'details';
}

// Through the command, because it is the chat that shows the run.
async function verifyAccepted(runId: string): Promise<void> {
  await vscode.commands.executeCommand('muster.verifyAccepted', { runId });
}

async function showProblems(result: ApplyResult): Promise<void> {
  const rows = result.problems.map(({ path, reason }) => ({ label: path, detail: reason }));
  await vscode.window.showQuickPick(rows, { title: t('Not Written') });
}

function tell(message: string): void {
  // A message waits for its reader; nobody waits for the message.
  vscode.window.showInformationMessage(message).then(undefined, () => undefined);
}
