import * as vscode from 'vscode';
import type { Selection } from '../../../protocol/proposals.ts';
import { t } from '../../shared/localize.ts';
import type { Tasks } from '../../shared/tasks.ts';
import { tell } from '../../shared/tell.ts';
import type { ApplyResult, ProposalModel } from '../proposals/proposalModel.ts';
import { PROPOSAL_VIEW_ID } from '../proposals/proposalTree.ts';
import { askAboutResult, showProblems } from './askAboutResult.ts';

/** Whether a result is told always, or only where something was not written. */
export type ReportWhen = 'always' | 'problems';

/** What the decisions work with. */
export interface DecisionsContext {
  readonly model: ProposalModel;
  readonly tasks: Tasks;
  /** Everything that a run proposes is decided, and its commands can run on what was accepted. */
  readonly canVerify: (runId: string) => boolean;
}

/** Accepts, rejects and undoes in the run under review, and tells what came of it. */
export class Decisions {
  readonly #context: DecisionsContext;

  constructor(context: DecisionsContext) {
    this.#context = context;
  }

  /** Writes the selected hunks into the workspace; refuses in a folder that is not trusted. */
  async accept(selection: Selection, report: ReportWhen): Promise<void> {
    const { model, tasks } = this.#context;
    const runId = model.runId;
    if (runId === null || !isAllowed()) return;
    const result = await vscode.window.withProgress(
      { location: { viewId: PROPOSAL_VIEW_ID } },
      () => model.accept(runId, selection),
    );
    tasks.track('Telling what was applied', this.#tellResult(result, report));
  }

  /** Takes the selection out of the proposals. */
  async reject(selection: Selection): Promise<void> {
    const { model } = this.#context;
    if (model.runId !== null) await model.reject(model.runId, selection);
  }

  /** Takes back the last accept. */
  async undo(): Promise<void> {
    const { model, tasks } = this.#context;
    if (model.runId === null) return;
    const result = await model.undo(model.runId, null);
    tasks.track('Telling what was undone', this.#tellResult(result, 'always'));
  }

  async #tellResult(result: ApplyResult, report: ReportWhen): Promise<void> {
    if (report === 'problems' && result.problems.length === 0) return;
    const { canVerify, model } = this.#context;
    const choice = await askAboutResult(result, {
      canVerify: result.action === 'accept' && canVerify(result.runId),
    });
    if (choice === 'details') await showProblems(result);
    if (choice === 'verify') await verifyAccepted(result.runId);
    if (choice !== 'undo') return;
    await this.#tellResult(await model.undo(result.runId, result.decisionId), 'always');
  }
}

function isAllowed(): boolean {
  if (vscode.workspace.isTrusted) return true;
  tell(t('This folder is not trusted. Trust it before you accept changes.'));
  return false;
}

// Through the command, because it is the chat that shows the run.
async function verifyAccepted(runId: string): Promise<void> {
  await vscode.commands.executeCommand('muster.verifyAccepted', { runId });
}
