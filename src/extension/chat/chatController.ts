import { randomUUID } from 'node:crypto';
import { assertNever } from '../../base/assertNever.ts';
import type { Disposable } from '../../base/disposables.ts';
import { errorText } from '../../base/errorText.ts';
import type {
  ChatFromWebview,
  ChatItem,
  ComposerState,
} from '../../protocol/webviews/chatMessages.ts';
import type { WorkflowPlan } from '../../protocol/plan.ts';
import type { RunLimits } from '../../protocol/runLimits.ts';
import { isLive, type RunSummary } from '../../protocol/view/summarizeRun.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import type { HostClient } from '../../hostClient/hostClient.ts';
import { t } from '../localize.ts';
import { openQuestions } from '../runs/openQuestions.ts';
import type { RunChange, RunRegistry } from '../runs/runRegistry.ts';
import type { RunActionName } from '../runs/runActions.ts';
import type { Tasks } from '../tasks.ts';
import type { Conversation } from './conversation.ts';
import { gateItemId, GateItems } from './gateItems.ts';
import { describeDiagnostics, hasNewCommands } from './planText.ts';
import { interruptSummary } from '../../protocol/view/interruptView.ts';

type PlanItem = Extract<ChatItem, { type: 'plan' }>;
type PlanMessage = Extract<ChatFromWebview, { type: 'plan' }>;

/** Problem items offer these; the id is what the webview sends back. */
const problemActions = {
  startHost: () => t('Start the host again'),
  retry: () => t('Try again'),
  chooseProvider: () => t('Choose a provider'),
} as const;
type ProblemAction = keyof typeof problemActions;

/** What the chat sets off in the editor. */
export interface ChatEditor {
  readonly composer: (isBusy: boolean) => Promise<ComposerState>;
  readonly limits: () => RunLimits;
  /** Globs of commands that the user's settings allow. */
  readonly allowedCommands: () => readonly string[];
  /** The command of the settings that prepares directories; null for none. */
  readonly setupCommand: () => string | null;
  /** Commands that have to pass, by the settings. */
  readonly requiredCommands: () => readonly string[];
  readonly openScript: (plan: WorkflowPlan) => Promise<void>;
  /** The script as the user edited it, or null when it was never opened. */
  readonly editedScript: (planId: string) => Promise<string | null>;
  readonly askLimits: (limits: RunLimits) => Promise<RunLimits | null>;
  readonly runAction: (runId: string, action: RunActionName) => Promise<void>;
  readonly chooseProvider: () => Promise<void>;
  readonly restartHost: () => Promise<void>;
}

/** What the controller works with. */
export interface ChatControllerOptions {
  readonly host: HostClient;
  readonly registry: RunRegistry;
  readonly conversation: Conversation;
  readonly editor: ChatEditor;
  readonly tasks: Tasks;
  readonly nowMs: () => number;
}

/** Turns what the user does in the chat into requests to the host, and answers into items. */
export class ChatController implements Disposable {
  readonly #options: ChatControllerOptions;
  readonly #gates: GateItems;
  readonly #composerChanged = new Emitter<void>();
  readonly #subscriptions: readonly Disposable[];
  /** Runs of this conversation whose first summary has not come yet. */
  readonly #awaitedRuns = new Set<string>();
  readonly #startingPlans = new Set<string>();
  #planning: { readonly planId: string; isStopped: boolean } | null = null;
  /** The composer's state may be another. */
  readonly onDidChangeComposer: Event<void> = this.#composerChanged.event;

  constructor(options: ChatControllerOptions) {
    this.#options = options;
    this.#gates = new GateItems(options);
    this.#subscriptions = [
      options.host.onNotification('plan.text', ({ planId, text }) => this.#stream(planId, text)),
      options.registry.onDidChange((change) => this.#updateRun(change)),
    ];
  }

  /** The composer as it is now. */
  composer(): Promise<ComposerState> {
    return this.#options.editor.composer(this.#planning !== null);
  }

  /** Carries out one thing that the user did; a failure becomes an item of the conversation. */
  async handle(message: ChatFromWebview): Promise<void> {
    try {
      await this.#carryOut(message);
    } catch (error) {
      this.#problem(errorText(error), []);
    }
  }

  /** Says in the conversation that the host ended in the middle of these runs. */
  reportHostDied(runs: readonly RunSummary[]): void {
    for (const run of runs) {
      this.#problem(
        t(
          'The background host ended while “{0}” was running. Finished agents’ work is kept.',
          run.name,
        ),
        ['startHost'],
      );
    }
  }

  /** Says in the conversation why no host could be started. */
  reportHostMissing(reason: string): void {
    this.#problem(reason, ['startHost']);
  }

  /** After the list was read: a card whose run the host does not know must not look alive. */
  settleUnknownRuns(): void {
    const { conversation, registry } = this.#options;
    for (const item of conversation.items) {
      if (item.type !== 'run' || !isLive(item.run)) continue;
      if (registry.get(item.run.runId) !== null) continue;
      const stateMessage = t('The background host does not know this run any more.');
      const run = interruptSummary(item.run, { endedAt: null, stateMessage });
      conversation.put({ ...item, run });
      this.#gates.update(run);
    }
  }

  /** Puts the card of a run into the conversation as soon as something is known of it. */
  showRun(runId: string): void {
    const run = this.#options.registry.get(runId);
    if (run === null) this.#awaitedRuns.add(runId);
    else this.#putRun(run);
  }

  /**
   * Puts a run's questions into the conversation, also those of a run that was started elsewhere.
   * Answers with the item to show: of the given gate, else of the one that waits longest.
   */
  showGates(runId: string, gateId: number | null): string | null {
    const run = this.#options.registry.get(runId);
    if (run === null) return null;
    const asked = gateId ?? openQuestions(run)[0]?.gateId;
    if (asked === undefined) return null;
    this.showRun(runId);
    const itemId = gateItemId(runId, asked);
    return this.#options.conversation.find('gate', itemId) === null ? null : itemId;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#composerChanged.dispose();
  }

  async #carryOut(message: ChatFromWebview): Promise<void> {
    switch (message.type) {
      case 'ready':
        return;
      case 'send':
        return this.#send(message.text);
      case 'stopPlanning':
        return this.#stopPlanning();
      case 'plan':
        return this.#actOnPlan(message);
      case 'run':
        return this.#options.editor.runAction(message.runId, message.action);
      case 'gate':
        return this.#gates.answer(message);
      case 'problem':
        return this.#actOnProblem(message.actionId);
      case 'chooseProvider':
        return this.#options.editor.chooseProvider();
      default:
        assertNever(message);
    }
  }

  async #send(text: string): Promise<void> {
    const { conversation, editor, nowMs } = this.#options;
    const { disabledReason } = await this.composer();
    if (this.#planning !== null) throw new Error(t('A plan is being made. Stop it first.'));
    const id = randomUUID();
    conversation.put({ id, type: 'request', text, at: nowMs() });
    if (disabledReason !== null) {
      this.#problem(disabledReason, ['chooseProvider']);
      return;
    }
    const planning = { planId: id, isStopped: false };
    this.#planning = planning;
    this.#composerChanged.fire();
    try {
      const requiredCommands = [...editor.requiredCommands()];
      const limits = editor.limits();
      await this.#draft({ planId: id, request: text, limits, requiredCommands });
    } catch (error) {
      // Stopping makes the request fail; that is what was asked for.
      const message = planning.isStopped ? t('Planning was stopped.') : errorText(error);
      this.#problem(message, ['retry']);
    } finally {
      this.#endStream(id);
      this.#planning = null;
      this.#composerChanged.fire();
    }
  }

  async #draft(params: {
    readonly planId: string;
    readonly request: string;
    readonly limits: RunLimits;
    readonly requiredCommands: string[];
  }): Promise<void> {
    const answer = await this.#options.host.request('plan.draft', params);
    const { conversation, editor } = this.#options;
    if (answer.type === 'answer') {
      const id = answerId(params.planId);
      conversation.put({ id, type: 'answer', markdown: answer.text, streaming: false });
      return;
    }
    const id = `plan-${answer.plan.planId}`;
    this.#endStream(params.planId);
    const plan = { ...answer.plan, setupCommand: editor.setupCommand() };
    conversation.put({ id, type: 'plan', plan, status: 'awaitingApproval' });
  }

  #stream(planId: string, text: string): void {
    if (this.#planning?.planId !== planId) return;
    const { conversation } = this.#options;
    const id = answerId(planId);
    const before = conversation.find('answer', id)?.markdown ?? '';
    conversation.put({ id, type: 'answer', markdown: before + text, streaming: true });
  }

  #endStream(planId: string): void {
    const { conversation } = this.#options;
    const answer = conversation.find('answer', answerId(planId));
    if (answer?.streaming === true) conversation.put({ ...answer, streaming: false });
  }

  async #stopPlanning(): Promise<void> {
    if (this.#planning === null) return;
    this.#planning.isStopped = true;
    await this.#options.host.request('plan.cancel', { planId: this.#planning.planId });
  }

  async #actOnPlan(message: PlanMessage): Promise<void> {
    const { conversation, editor } = this.#options;
    const item = conversation.find('plan', message.itemId);
    if (item === null) return;
    switch (message.action) {
      case 'openScript':
        return editor.openScript(item.plan);
      case 'discard':
        if (item.status === 'awaitingApproval') conversation.put({ ...item, status: 'discarded' });
        return;
      case 'changeCaps': {
        const limits = await editor.askLimits(item.plan.limits);
        if (limits !== null) conversation.put({ ...item, plan: { ...item.plan, limits } });
        return;
      }
      case 'run':
        return this.#runOnce(item, message.unsandboxed);
      case 'dryRun':
        return this.#dryRun(item);
      default:
        assertNever(message.action);
    }
  }

  /** Checks and estimates the script as it stands in the editor; nothing runs. */
  async #dryRun(item: PlanItem): Promise<void> {
    const { conversation, editor, host } = this.#options;
    const { planId, limits } = item.plan;
    const script = (await editor.editedScript(planId)) ?? item.plan.script;
    const answer = await host.request('plan.estimate', { script, argsJson: null, limits });
    conversation.put({ ...item, plan: { ...item.plan, script, ...answer } });
  }

  // A second click while the first one is on its way must not start a second run.
  async #runOnce(item: PlanItem, unsandboxed: boolean): Promise<void> {
    if (item.status !== 'awaitingApproval' || this.#startingPlans.has(item.id)) return;
    this.#startingPlans.add(item.id);
    try {
      await this.#run(item, unsandboxed);
    } finally {
      this.#startingPlans.delete(item.id);
    }
  }

  async #run(item: PlanItem, unsandboxed: boolean): Promise<void> {
    const { disabledReason } = await this.composer();
    if (disabledReason !== null) throw new Error(disabledReason);
    const approved = await this.#checkEdited(item);
    if (approved === null) return;
    const { plan } = approved;
    const { runId } = await this.#options.host.request('run.start', {
      request: plan.request,
      script: plan.script,
      argsJson: null,
      limits: plan.limits,
      approvedCommands: plan.check.commands,
      allowedCommands: [...this.#options.editor.allowedCommands()],
      // As it stood on the card, whatever the settings say by now.
      setupCommand: plan.setupCommand,
      requiredCommands: plan.requiredCommands,
      // Without this consent the host refuses the commands where it has no sandbox, and says so.
      unsandboxed,
      ...(plan.estimate === null ? {} : { estimate: plan.estimate }),
    });
    this.#options.conversation.put({ ...approved, status: 'approved' });
    this.showRun(runId);
  }

  // What runs is what the user left in the editor, and only after the same check as the model's.
  async #checkEdited(item: PlanItem): Promise<PlanItem | null> {
    const { conversation, editor, host } = this.#options;
    const script = (await editor.editedScript(item.plan.planId)) ?? item.plan.script;
    if (script === item.plan.script) {
      if (!item.plan.check.ok) throw new Error(describeDiagnostics(item.plan.check));
      return item;
    }
    const check = await host.request('script.check', { script, fileName: 'workflow.js' });
    if (!check.ok) throw new Error(describeDiagnostics(check));
    // The estimate was of the script as it was drafted.
    const edited: PlanItem = { ...item, plan: { ...item.plan, script, check, estimate: null } };
    conversation.put(edited);
    if (!hasNewCommands(item.plan, check)) return edited;
    this.#problem(
      t('The edited script runs other commands. Look at the plan card and choose Run again.'),
      [],
    );
    return null;
  }

  #updateRun({ run }: RunChange): void {
    const isShown = this.#options.conversation.find('run', runItemId(run.runId)) !== null;
    if (this.#awaitedRuns.delete(run.runId) || isShown) this.#putRun(run);
  }

  #putRun(run: RunSummary): void {
    this.#options.conversation.put({ id: runItemId(run.runId), type: 'run', run });
    this.#gates.update(run);
  }

  async #actOnProblem(actionId: string): Promise<void> {
    switch (actionId) {
      case 'startHost':
        return this.#options.editor.restartHost();
      case 'chooseProvider':
        return this.#options.editor.chooseProvider();
      case 'retry': {
        const last = this.#options.conversation.items.findLast(({ type }) => type === 'request');
        if (last?.type === 'request') await this.#send(last.text);
        return;
      }
      default:
        return;
    }
  }

  #problem(message: string, actions: readonly ProblemAction[]): void {
    this.#options.conversation.put({
      id: randomUUID(),
      type: 'problem',
      message,
      actions: actions.map((actionId) => ({ actionId, label: problemActions[actionId]() })),
    });
  }
}

function answerId(planId: string): string {
  return `answer-${planId}`;
}

function runItemId(runId: string): string {
  return `run-${runId}`;
}
