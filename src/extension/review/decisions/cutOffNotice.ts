import * as vscode from 'vscode';
import type { Disposable } from '../../../base/disposables.ts';
import type { CutOffApply, ProposalSet } from '../../../protocol/proposals.ts';
import { t } from '../../shared/localize.ts';
import type { Tasks } from '../../shared/tasks.ts';
import { describeCutOff } from '../proposals/describeCutOff.ts';
import { summarizeApply } from './summarizeApply.ts';
import type { ApplyResult, ProposalModel } from '../proposals/proposalModel.ts';

/** What the notice needs. */
export interface CutOffNoticeParts {
  readonly model: ProposalModel;
  readonly tasks: Tasks;
}

/** Tells once of each accept or undo that was cut off, and offers to finish it or to take it back. */
export class CutOffNotice implements Disposable {
  readonly #parts: CutOffNoticeParts;
  readonly #told = new Set<string>();
  readonly #subscription: Disposable;

  constructor(parts: CutOffNoticeParts) {
    this.#parts = parts;
    this.#subscription = parts.model.onDidLoad((set) => this.#tellOnce(set));
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #tellOnce({ runId, cutOff }: ProposalSet): void {
    if (cutOff === undefined || this.#told.has(cutOff.decisionId)) return;
    this.#told.add(cutOff.decisionId);
    this.#parts.tasks.track('Telling what was cut off', this.#ask(runId, cutOff));
  }

  async #ask(runId: string, cutOff: CutOffApply): Promise<void> {
    const finish = t('Finish');
    const undo = t('Undo');
    const isUndoable = cutOff.action === 'accept' && cutOff.written > 0;
    const actions = isUndoable ? [finish, undo] : [finish];
    const choice = await vscode.window.showWarningMessage(describeCutOff(cutOff), ...actions);
    if (choice === finish) await this.#tell(await this.#finish(runId, cutOff));
    if (choice === undo) await this.#tell(await this.#parts.model.undo(runId, cutOff.decisionId));
  }

  #finish(runId: string, cutOff: CutOffApply): Promise<ApplyResult> {
    const { model } = this.#parts;
    if (cutOff.action === 'undo') return model.undo(runId, cutOff.undoes);
    return model.accept(runId, { type: 'hunks', hunkIds: cutOff.restHunkIds });
  }

  async #tell(result: ApplyResult): Promise<void> {
    await vscode.window.showInformationMessage(summarizeApply(result));
  }
}
