import * as vscode from 'vscode';
import type { FileProposal, Hunk } from '../../../protocol/proposals.ts';
import { t } from '../../shared/localize.ts';
import type { Tasks } from '../../shared/tasks.ts';
import { neighbourHunk } from '../proposals/hunkPositions.ts';
import { hunkAtCursor, showDiff } from '../proposals/proposalDiff.ts';
import type { ProposalModel } from '../proposals/proposalModel.ts';
import { activeFile } from './activeFile.ts';
import { confirmFlagged } from './confirmFlagged.ts';
import type { Decisions } from './decisions.ts';
import type { HandMerge } from './handMerge.ts';

/** What the decisions in a diff work with. */
export interface DiffDecisionsContext {
  readonly model: ProposalModel;
  readonly decisions: Decisions;
  readonly merge: HandMerge;
  readonly tasks: Tasks;
}

/** The user's decisions in the diff of the active tab; each goes on to the next undecided hunk. */
export class DiffDecisions {
  readonly #context: DiffDecisionsContext;

  constructor(context: DiffDecisionsContext) {
    this.#context = context;
  }

  async acceptFile(): Promise<void> {
    const { decisions, model } = this.#context;
    const file = await activeFile(model);
    if (file === null || !(await confirmFlagged(file))) return;
    await decisions.accept({ type: 'files', paths: [file.path] }, 'problems');
    await this.#goOn(file, null);
  }

  async rejectFile(): Promise<void> {
    const { decisions, model } = this.#context;
    const file = await activeFile(model);
    if (file === null) return;
    await decisions.reject({ type: 'files', paths: [file.path] });
    await this.#goOn(file, null);
  }

  /** Accepts the hunk at the cursor; of one that does not fit, says why. */
  async acceptHunk(): Promise<void> {
    const { decisions, tasks } = this.#context;
    const place = await this.#placeOfCursor();
    if (place === null) return;
    const { file, hunk } = place;
    if (hunk.state === 'conflict') {
      tasks.track('Telling why it does not fit', this.#offerWays(hunk));
      return;
    }
    if (!(await confirmFlagged(file))) return;
    await decisions.accept({ type: 'hunks', hunkIds: [hunk.hunkId] }, 'problems');
    await this.#goOn(file, hunk.hunkId);
  }

  async rejectHunk(): Promise<void> {
    const place = await this.#placeOfCursor();
    if (place === null) return;
    const { file, hunk } = place;
    await this.#context.decisions.reject({ type: 'hunks', hunkIds: [hunk.hunkId] });
    await this.#goOn(file, hunk.hunkId);
  }

  /** Moves to another hunk, over the end of a file into the next one. */
  async goToHunk(direction: 'next' | 'previous'): Promise<void> {
    const { model } = this.#context;
    const file = await activeFile(model);
    const set = await model.load();
    if (file === null || set === null) return;
    const hunkId = hunkAtCursor(file)?.hunkId ?? null;
    const place = neighbourHunk(set, { path: file.path, hunkId }, direction);
    if (place !== null) await showDiff({ runId: set.runId, ...place, focus: 'move' });
  }

  async #placeOfCursor(): Promise<{ readonly file: FileProposal; readonly hunk: Hunk } | null> {
    const file = await activeFile(this.#context.model);
    const hunk = file === null ? null : hunkAtCursor(file);
    return file === null || hunk === null ? null : { file, hunk };
  }

  // There is no "accept anyway": what does not fit is merged by hand, or not taken.
  async #offerWays({ hunkId, path, conflictReason }: Hunk): Promise<void> {
    const merge = t('Open 3-Way Merge');
    const discard = t('Reject');
    const reason = conflictReason ?? t('{0} has changed since the agent read it.', path);
    const choice = await vscode.window.showWarningMessage(reason, merge, discard);
    if (choice === merge) await this.#context.merge.open(null);
    if (choice === discard)
      await this.#context.decisions.reject({ type: 'hunks', hunkIds: [hunkId] });
  }

  async #goOn(file: FileProposal, hunkId: string | null): Promise<void> {
    const set = await this.#context.model.load();
    const place = set === null ? null : neighbourHunk(set, { path: file.path, hunkId }, 'next');
    if (set !== null && place !== null) {
      await showDiff({ runId: set.runId, ...place, focus: 'move' });
    }
  }
}
