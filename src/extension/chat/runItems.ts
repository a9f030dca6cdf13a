import { interruptSummary } from '../../protocol/view/interruptView.ts';
import type { Disposable } from '../../base/disposables.ts';
import { isLive, type RunSummary } from '../../protocol/view/summarizeRun.ts';
import { openQuestions } from '../runs/openQuestions.ts';
import type { RunChange, RunRegistry } from '../runs/runRegistry.ts';
import { t } from '../shared/localize.ts';
import type { Conversation } from './conversation.ts';
import { gateItemId, type GateItems } from './gateItems.ts';

/** What the run items work with. */
export interface RunItemsContext {
  readonly registry: RunRegistry;
  readonly conversation: Conversation;
  readonly gates: GateItems;
}

/** The runs of the conversation as cards, each with its questions, kept up to date. */
export class RunItems implements Disposable {
  readonly #context: RunItemsContext;
  readonly #subscription: Disposable;
  /** Runs of this conversation whose first summary has not come yet. */
  readonly #awaited = new Set<string>();

  constructor(context: RunItemsContext) {
    this.#context = context;
    this.#subscription = context.registry.onDidChange((change) => this.#update(change));
  }

  /** Puts the card of a run into the conversation as soon as something is known of it. */
  show(runId: string): void {
    const run = this.#context.registry.get(runId);
    if (run === null) this.#awaited.add(runId);
    else this.#put(run);
  }

  /**
   * Puts a run's questions into the conversation, also those of a run that was started elsewhere.
   * Answers with the item to show: of the given gate, else of the one that waits longest.
   */
  showGates(runId: string, gateId: number | null): string | null {
    const run = this.#context.registry.get(runId);
    if (run === null) return null;
    const asked = gateId ?? openQuestions(run)[0]?.gateId;
    if (asked === undefined) return null;
    this.show(runId);
    const itemId = gateItemId(runId, asked);
    return this.#context.conversation.find('gate', itemId) === null ? null : itemId;
  }

  /** After the list was read: a card whose run the host does not know must not look alive. */
  settleUnknown(): void {
    const { conversation, gates, registry } = this.#context;
    for (const item of conversation.items) {
      if (item.type !== 'run' || !isLive(item.run)) continue;
      if (registry.get(item.run.runId) !== null) continue;
      const stateMessage = t('The background host no longer knows this run.');
      const run = interruptSummary(item.run, { endedAt: null, stateMessage });
      conversation.put({ ...item, run });
      gates.update(run);
    }
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #update({ run }: RunChange): void {
    const isShown = this.#context.conversation.find('run', runItemId(run.runId)) !== null;
    if (this.#awaited.delete(run.runId) || isShown) this.#put(run);
  }

  #put(run: RunSummary): void {
    this.#context.conversation.put({ id: runItemId(run.runId), type: 'run', run });
    this.#context.gates.update(run);
  }
}

function runItemId(runId: string): string {
  return `run-${runId}`;
}
