import { assertNever } from '../../base/assertNever.ts';
import type { Disposable } from '../../base/disposables.ts';
import { errorText } from '../../base/errorText.ts';
import type { Event } from '../../base/emitter.ts';
import type { HostClient } from '../../hostClient/hostClient.ts';
import type { RunSummary } from '../../protocol/view/summarizeRun.ts';
import type { ChatFromWebview, ComposerState } from '../../protocol/webviews/chatMessages.ts';
import type { RunRegistry } from '../runs/runRegistry.ts';
import { t } from '../shared/localize.ts';
import type { ChatEditor } from './chatEditor.ts';
import type { Conversation } from './conversation.ts';
import { GateItems } from './gateItems.ts';
import { PlanDrafts } from './planDrafts.ts';
import { PlanFlow } from './planFlow.ts';
import { putProblem } from './problemItems.ts';
import { RunItems } from './runItems.ts';

/** What the controller works with. */
export interface ChatControllerOptions {
  readonly host: HostClient;
  readonly registry: RunRegistry;
  readonly conversation: Conversation;
  readonly editor: ChatEditor;
  readonly nowMs: () => number;
}

/** Hands what the user does in the chat to whatever carries it out. */
export class ChatController implements Disposable {
  readonly #options: ChatControllerOptions;
  readonly #drafts: PlanDrafts;
  readonly #plans: PlanFlow;
  readonly #gates: GateItems;
  readonly #runs: RunItems;
  /** The composer's state may be another. */
  readonly onDidChangeComposer: Event<void>;

  constructor(options: ChatControllerOptions) {
    const { conversation, registry } = options;
    this.#options = options;
    this.#gates = new GateItems(options);
    this.#runs = new RunItems({ registry, conversation, gates: this.#gates });
    this.#drafts = new PlanDrafts(options);
    this.#plans = new PlanFlow({ ...options, onStarted: (runId) => this.showRun(runId) });
    this.onDidChangeComposer = this.#drafts.onDidChangeBusy;
  }

  /** The composer as it is now. */
  composer(): Promise<ComposerState> {
    return this.#options.editor.composer(this.#drafts.isBusy);
  }

  /** Carries out one thing that the user did; a failure becomes an item of the conversation. */
  async handle(message: ChatFromWebview): Promise<void> {
    try {
      await this.#carryOut(message);
    } catch (error) {
      putProblem(this.#options.conversation, errorText(error), []);
    }
  }

  /** Says in the conversation that the host ended in the middle of these runs. */
  reportHostDied(runs: readonly RunSummary[]): void {
    for (const run of runs) {
      const message = t(
        'The background host stopped while “{0}” was running. Finished work is kept.',
        run.name,
      );
      putProblem(this.#options.conversation, message, ['startHost']);
    }
  }

  /** Says in the conversation why no host could be started. */
  reportHostMissing(reason: string): void {
    putProblem(this.#options.conversation, reason, ['startHost']);
  }

  /** After the list was read: a card whose run the host does not know must not look alive. */
  settleUnknownRuns(): void {
    this.#runs.settleUnknown();
  }

  /** Puts the card of a run into the conversation as soon as something is known of it. */
  showRun(runId: string): void {
    this.#runs.show(runId);
  }

  /** Puts a run's questions into the conversation; answers with the item to show, or null. */
  showGates(runId: string, gateId: number | null): string | null {
    return this.#runs.showGates(runId, gateId);
  }

  dispose(): void {
    this.#drafts.dispose();
    this.#runs.dispose();
  }

  async #carryOut(message: ChatFromWebview): Promise<void> {
    const { editor } = this.#options;
    switch (message.type) {
      case 'ready':
        return;
      case 'send':
        return this.#drafts.send(message.text);
      case 'stopPlanning':
        return this.#drafts.stop();
      case 'plan':
        return this.#plans.act(message);
      case 'run':
        return editor.runAction(message.runId, message.action);
      case 'gate':
        return this.#gates.answer(message);
      case 'problem':
        return this.#actOnProblem(message.actionId);
      case 'chooseProvider':
        return editor.chooseProvider();
      default:
        assertNever(message);
    }
  }

  async #actOnProblem(actionId: string): Promise<void> {
    const { conversation, editor } = this.#options;
    switch (actionId) {
      case 'startHost':
        return editor.restartHost();
      case 'chooseProvider':
        return editor.chooseProvider();
      case 'retry': {
        const last = conversation.items.findLast(({ type }) => type === 'request');
        if (last?.type === 'request') await this.#drafts.send(last.text);
        return;
      }
      default:
        return;
    }
  }
}
