import { assertNever } from '../../base/assertNever.ts';
import type { HostClient } from '../../hostClient/hostClient.ts';
import type { ChatFromWebview, ChatItem } from '../../protocol/webviews/chatMessages.ts';
import { t } from '../shared/localize.ts';
import type { ChatEditor } from './chatEditor.ts';
import type { Conversation } from './conversation.ts';
import { describeDiagnostics, hasNewCommands } from './planText.ts';
import { putProblem } from './problemItems.ts';

type PlanItem = Extract<ChatItem, { type: 'plan' }>;
type PlanMessage = Extract<ChatFromWebview, { type: 'plan' }>;

/** What the plan cards work with. */
export interface PlanFlowContext {
  readonly host: HostClient;
  readonly conversation: Conversation;
  readonly editor: ChatEditor;
  /** Shows the run that a plan became. */
  readonly onStarted: (runId: string) => void;
}

/** What the user does on plan cards, up to the start of the run. */
export class PlanFlow {
  readonly #context: PlanFlowContext;
  readonly #startingPlans = new Set<string>();

  constructor(context: PlanFlowContext) {
    this.#context = context;
  }

  /** Carries out what a button of a plan card asks for. */
  async act(message: PlanMessage): Promise<void> {
    const { conversation, editor } = this.#context;
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
    const { conversation, editor, host } = this.#context;
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
    const { conversation, editor, host, onStarted } = this.#context;
    const { disabledReason } = await editor.composer(false);
    if (disabledReason !== null) throw new Error(disabledReason);
    const approved = await this.#checkEdited(item);
    if (approved === null) return;
    const { plan } = approved;
    const { runId } = await host.request('run.start', {
      request: plan.request,
      script: plan.script,
      argsJson: null,
      limits: plan.limits,
      approvedCommands: plan.check.commands,
      allowedCommands: [...editor.allowedCommands()],
      // As it stood on the card, whatever the settings say by now.
      setupCommand: plan.setupCommand,
      requiredCommands: plan.requiredCommands,
      // Without this consent the host refuses the commands where it has no sandbox, and says so.
      unsandboxed,
      ...(plan.estimate === null ? {} : { estimate: plan.estimate }),
    });
    conversation.put({ ...approved, status: 'approved' });
    onStarted(runId);
  }

  // What runs is what the user left in the editor, and only after the same check as the model's.
  async #checkEdited(item: PlanItem): Promise<PlanItem | null> {
    const { conversation, editor, host } = this.#context;
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
    const message = t(
      'Your edited script runs other commands. Check them on the plan card, then choose Run again.',
    );
    putProblem(conversation, message, []);
    return null;
  }
}
