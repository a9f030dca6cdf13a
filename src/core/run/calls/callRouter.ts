/** Takes the script's calls to whoever answers them: the journal of an earlier session, or agents, verifications, timers. */
import { assertNever } from '../../../base/assertNever.ts';
import type {
  AsyncCall,
  HostToScript,
  ThrownError,
} from '../../../protocol/threads/scriptMessages.ts';
import type { AgentTypes } from '../../agent/agentTypes.ts';
import type { AgentCallContext } from '../agents/agentContext.ts';
import { AgentRunner } from '../agents/agentRunner.ts';
import { OrderedReplay, type KeptCall } from '../replay/orderedReplay.ts';
import { GateRunner } from './gateRunner.ts';
import { isSameAsBefore, type Delivery, type ReplayLog } from '../replay/replayLog.ts';
import { Timers } from './timers.ts';
import { VerifyRunner } from './verifyRunner.ts';
import { WorkflowRunner } from './workflowRunner.ts';

/** Name of the run's own script in error positions. */
export const MAIN_FILE_NAME = 'workflow.js';

/** What it takes to answer any call of the script. */
export type CallContext = AgentCallContext;

export interface CallRouterOptions {
  readonly ctx: CallContext;
  /** Known from the run's first moment on; read from its snapshot. */
  readonly agentTypes: () => AgentTypes;
  /** Numbers of questions to the user: gates and commands have them in common. */
  readonly nextQuestionId: () => number;
  readonly onDivergence: (problem: string) => void;
  /** A gate has opened. */
  readonly onGate: () => void;
}

export class CallRouter {
  readonly agents: AgentRunner;
  readonly verifications: VerifyRunner;
  readonly timers: Timers;
  readonly gates: GateRunner;
  readonly workflows: WorkflowRunner;
  readonly #options: CallRouterOptions;
  readonly #replay: OrderedReplay | null;

  constructor(options: CallRouterOptions) {
    const { ctx, agentTypes, nextQuestionId, onGate } = options;
    this.#options = options;
    this.workflows = new WorkflowRunner(ctx, {
      userWorkflows: ctx.services.userWorkflows,
      workspaceRoot: ctx.services.workspace,
      mainFileName: MAIN_FILE_NAME,
    });
    this.agents = new AgentRunner(ctx, {
      agentTypes,
      workflowIdOf: (callId) => this.workflows.workflowIdOf(callId),
    });
    this.verifications = new VerifyRunner(ctx);
    this.timers = new Timers(ctx);
    this.gates = new GateRunner(ctx, { nextQuestionId, onOpen: onGate });
    this.#replay = ctx.replay === null ? null : this.#createReplay(ctx.replay);
  }

  /** While earlier outcomes are delivered again, what the script logs was logged before. */
  get isReplaying(): boolean {
    return this.#replay !== null && !this.#replay.isOver;
  }

  /** To be called before the script starts; nothing may be left to deliver. */
  async start(): Promise<void> {
    await this.#replay?.advance();
  }

  /** Resolves when the call has been answered or handed on. */
  async handle(
    callId: number,
    call: AsyncCall,
    send: (answer: HostToScript) => void,
  ): Promise<void> {
    const identified = call.method === 'agent' ? this.agents.identify(call) : null;
    const kept = { callId, call, identified, send };
    if (this.#replay !== null && !this.#replay.isOver && !this.#isUnrecorded(identified)) {
      await this.#replay.keep(kept);
    } else await this.#answer(kept);
  }

  /** Whether an older journal has no entry for this call, because it was refused at once. */
  #isUnrecorded(identified: KeptCall['identified']): boolean {
    if (identified?.type !== 'unknownType') return false;
    return this.#options.ctx.replay?.flags.has('refusals-are-entries') !== true;
  }

  /** The run was stopped at a limit: what waits for a place or for a person gets the error. */
  rejectHeld(error: ThrownError): void {
    this.agents.rejectHeld(error);
    this.gates.rejectAll(error);
  }

  noteWaiting(answers: number): void {
    this.#replay?.noteWaiting(answers);
  }

  noteScriptEnd(): void {
    this.#replay?.noteScriptEnd();
  }

  #createReplay(log: ReplayLog): OrderedReplay {
    const { ctx, onDivergence } = this.#options;
    // Under an edited script or another model every call may be another one: they are matched by content.
    const { provider } = ctx.services.governor.client;
    const isUnchanged = isSameAsBefore(log, { ...ctx.config, provider });
    const deliveries = isUnchanged ? log.deliveries : [];
    return new OrderedReplay({
      deliveries,
      deliver: (delivery, call) => this.#deliverRecorded(delivery, call),
      onEnd: async (waiting) => {
        const cachedAgents = deliveries.flatMap((item) =>
          item.type === 'agent' ? [item.agent.agentId] : [],
        );
        const delivered = deliveries.length;
        await ctx.recorder.record({ type: 'replay.ended', delivered, cachedAgents });
        await Promise.all(waiting.map((call) => this.#answer(call)));
      },
      onDivergence,
    });
  }

  async #deliverRecorded(delivery: Delivery, kept: KeptCall): Promise<void> {
    const { callId, call, send } = kept;
    switch (delivery.type) {
      case 'agent':
        if (call.method !== 'agent') throw new Error('The replay compares methods first.');
        await this.agents.deliverRecorded(delivery.agent, { callId, message: call, send });
        break;
      case 'verify':
        this.verifications.deliverRecorded(delivery.receipt, { callId, send });
        break;
      case 'timer':
        send(this.#options.ctx.deliveries.settle(callId, null));
        break;
      case 'gate':
        if (call.method !== 'gate') throw new Error('The replay compares methods first.');
        this.gates.deliverRecorded(delivery.answer, { callId, message: call, send });
        break;
      case 'workflow':
        await this.workflows.deliverRecorded(delivery.started, { callId, send });
        break;
      case 'refusal':
        send(this.#options.ctx.deliveries.fail(callId, delivery.refused.error));
        break;
      default:
        assertNever(delivery);
    }
  }

  async #answer(kept: KeptCall): Promise<void> {
    const { callId, call, identified, send } = kept;
    const { ctx } = this.#options;
    const stopError = ctx.stopError();
    if (stopError !== null) {
      // Not journaled: the run goes on from before its stop when it is resumed.
      send(ctx.deliveries.fail(callId, stopError));
      return;
    }
    switch (call.method) {
      case 'agent':
        if (identified === null) throw new Error('Calls of agent() are identified at arrival.');
        await this.agents.handle(callId, { message: call, identified }, send);
        break;
      case 'verify':
        await this.verifications.handle(callId, call, send);
        break;
      case 'timer':
        await this.timers.start(callId, call.delayMs, send);
        break;
      case 'gate':
        await this.gates.handle(callId, call, send);
        break;
      case 'workflow':
        await this.workflows.handle(callId, call, send);
        break;
      default:
        assertNever(call);
    }
  }
}
