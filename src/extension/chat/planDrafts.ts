import { randomUUID } from 'node:crypto';
import { errorText } from '../../base/errorText.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import type { Disposable } from '../../base/disposables.ts';
import type { HostClient } from '../../hostClient/hostClient.ts';
import { t } from '../shared/localize.ts';
import type { ChatEditor } from './chatEditor.ts';
import type { Conversation } from './conversation.ts';
import { putProblem } from './problemItems.ts';

/** What the drafts work with. */
export interface PlanDraftsContext {
  readonly host: HostClient;
  readonly conversation: Conversation;
  readonly editor: ChatEditor;
  readonly nowMs: () => number;
}

/** The way from a request to its plan: one at a time, streamed as it comes in, stopped on demand. */
export class PlanDrafts implements Disposable {
  readonly #context: PlanDraftsContext;
  readonly #busyChanged = new Emitter<void>();
  readonly #subscription: Disposable;
  #drafting: { readonly planId: string; isStopped: boolean } | null = null;
  /** A plan is being made, or no longer. */
  readonly onDidChangeBusy: Event<void> = this.#busyChanged.event;

  constructor(context: PlanDraftsContext) {
    this.#context = context;
    this.#subscription = context.host.onNotification('plan.text', ({ planId, text }) =>
      this.#stream(planId, text),
    );
  }

  /** True while a plan is being made. */
  get isBusy(): boolean {
    return this.#drafting !== null;
  }

  /** Puts the request into the conversation, and after it what comes of it. */
  async send(text: string): Promise<void> {
    const { conversation, editor, nowMs } = this.#context;
    const { disabledReason } = await editor.composer(this.isBusy);
    if (this.#drafting !== null)
      throw new Error(t('A plan is already being written. Stop it first.'));
    const id = randomUUID();
    conversation.put({ id, type: 'request', text, at: nowMs() });
    if (disabledReason === null) await this.#draft(id, text);
    else putProblem(conversation, disabledReason, ['chooseProvider']);
  }

  /** Gives up the plan that is being made. */
  async stop(): Promise<void> {
    if (this.#drafting === null) return;
    this.#drafting.isStopped = true;
    await this.#context.host.request('plan.cancel', { planId: this.#drafting.planId });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#busyChanged.dispose();
  }

  async #draft(planId: string, request: string): Promise<void> {
    const drafting = { planId, isStopped: false };
    this.#drafting = drafting;
    this.#busyChanged.fire();
    try {
      await this.#ask(planId, request);
    } catch (error) {
      // Stopping makes the request fail; that is what was asked for.
      const message = drafting.isStopped ? t('Planning was stopped.') : errorText(error);
      putProblem(this.#context.conversation, message, ['retry']);
    } finally {
      this.#endStream(planId);
      this.#drafting = null;
      this.#busyChanged.fire();
    }
  }

  async #ask(planId: string, request: string): Promise<void> {
    const { conversation, editor, host } = this.#context;
    const requiredCommands = [...editor.requiredCommands()];
    const limits = editor.limits();
    const answer = await host.request('plan.draft', { planId, request, limits, requiredCommands });
    if (answer.type === 'answer') {
      const id = answerId(planId);
      conversation.put({ id, type: 'answer', markdown: answer.text, streaming: false });
      return;
    }
    this.#endStream(planId);
    const id = `plan-${answer.plan.planId}`;
    const plan = { ...answer.plan, setupCommand: editor.setupCommand() };
    conversation.put({ id, type: 'plan', plan, status: 'awaitingApproval' });
  }

  #stream(planId: string, text: string): void {
    if (this.#drafting?.planId !== planId) return;
    const { conversation } = this.#context;
    const id = answerId(planId);
    const before = conversation.find('answer', id)?.markdown ?? '';
    conversation.put({ id, type: 'answer', markdown: before + text, streaming: true });
  }

  #endStream(planId: string): void {
    const { conversation } = this.#context;
    const answer = conversation.find('answer', answerId(planId));
    if (answer?.streaming === true) conversation.put({ ...answer, streaming: false });
  }
}

function answerId(planId: string): string {
  return `answer-${planId}`;
}
