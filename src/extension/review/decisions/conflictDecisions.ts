import * as vscode from 'vscode';
import { oneLine } from '../../../base/format.ts';
import type { KeptAside } from '../../../protocol/proposals.ts';
import { t } from '../../shared/localize.ts';
import type { Tasks } from '../../shared/tasks.ts';
import { tell } from '../../shared/tell.ts';
import type { ConflictNode } from '../conflicts/conflictNodes.ts';
import { activeConflict, conflictUri } from '../conflicts/conflictUri.ts';
import { openMerge } from '../conflicts/openMerge.ts';
import type { ProposalModel } from '../proposals/proposalModel.ts';

/** The user's decisions about edits that were kept aside. */
export class ConflictDecisions {
  readonly #model: ProposalModel;
  readonly #tasks: Tasks;

  constructor({ model, tasks }: { readonly model: ProposalModel; readonly tasks: Tasks }) {
    this.#model = model;
    this.#tasks = tasks;
  }

  /** Shows what is proposed against the same with the agent's edit, in the preview tab. */
  async open(runId: string, conflict: KeptAside): Promise<void> {
    const name = conflict.path.split('/').at(-1) ?? conflict.path;
    const options: vscode.TextDocumentShowOptions = { preview: true, preserveFocus: true };
    await vscode.commands.executeCommand(
      'vscode.diff',
      conflictUri(runId, conflict, 'proposed'),
      conflictUri(runId, conflict, 'agent'),
      t('{0} (proposed ↔ {1})', name, oneLine(conflict.agentLabel, MAX_TITLE_LABEL_CHARS)),
      options,
    );
  }

  /** Opens a merge by hand of the edit of a row, or of the diff in the active tab. */
  async merge(row: ConflictNode | null): Promise<void> {
    const found = await this.#find(row);
    if (found === null) return;
    const { runId, conflict } = found;
    // A file that goes is taken or left as a whole.
    if (conflict.oursSha256 === null || conflict.theirsSha256 === null) {
      await this.open(runId, conflict);
      return;
    }
    await openMerge({
      path: conflict.path,
      base: conflictUri(runId, conflict, 'base'),
      ours: { uri: conflictUri(runId, conflict, 'proposed'), title: t('Proposed') },
      theirs: { uri: conflictUri(runId, conflict, 'agent'), title: conflict.agentLabel },
    });
  }

  /** Decides against the edit of a row, or of the diff in the active tab. */
  async discard(row: ConflictNode | null): Promise<void> {
    const found = await this.#find(row);
    if (found === null) return;
    const { runId, conflict } = found;
    const conflictIds = [conflict.conflictId];
    await this.#model.reject(runId, { type: 'conflicts', conflictIds });
    this.#tasks.track('Telling what was discarded', this.#offerUndo(runId, conflict));
  }

  /** Makes discarded edits undecided again: those that the user picks. */
  async restore(): Promise<void> {
    const set = await this.#model.load();
    const rows = (set?.conflicts ?? [])
      .filter(({ state }) => state === 'discarded')
      .map(({ path, agentLabel, reason, conflictId }) => {
        return { label: path, description: agentLabel, detail: reason, conflictId };
      });
    if (set === null || rows.length === 0) {
      tell(t('This run has no discarded edits.'));
      return;
    }
    const title = t('Restore Discarded Conflicts');
    const picked = await vscode.window.showQuickPick(rows, { title, canPickMany: true });
    if (picked === undefined || picked.length === 0) return;
    const conflictIds = picked.map(({ conflictId }) => conflictId);
    await this.#model.restore(set.runId, conflictIds);
  }

  async #offerUndo(runId: string, { conflictId, agentLabel, path }: KeptAside): Promise<void> {
    const undo = t('Undo');
    const message = t('Discarded the edit by “{0}” in {1}.', agentLabel, path);
    const choice = await vscode.window.showInformationMessage(message, undo);
    if (choice === undo) await this.#model.restore(runId, [conflictId]);
  }

  async #find(
    row: ConflictNode | null,
  ): Promise<{ readonly runId: string; readonly conflict: KeptAside } | null> {
    const active = row === null ? activeConflict() : null;
    // A diff that outlived a reload may be of another run than the one that the tree shows.
    if (active !== null && this.#model.runId?.toLowerCase() !== active.runId.toLowerCase())
      this.#model.choose(active.runId);
    const conflictId = row?.conflict.conflictId ?? active?.conflictId;
    const set = await this.#model.load();
    const conflict = set?.conflicts.find((candidate) => candidate.conflictId === conflictId);
    return set === null || conflict === undefined ? null : { runId: set.runId, conflict };
  }
}

/** Characters of an agent's name that a tab's title bears. */
const MAX_TITLE_LABEL_CHARS = 40;
