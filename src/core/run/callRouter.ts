/** Takes the script's calls to whoever answers them: the journal of an earlier session, or agents, verifications, timers. */
import { assertNever } from '../../base/assertNever.ts';
import type { AsyncCall, HostToScript } from '../../protocol/scriptMessages.ts';
import { AgentRunner } from './agentRunner.ts';
import { OrderedReplay, type KeptCall } from './orderedReplay.ts';
import type { Delivery } from './replayLog.ts';
import type { RunContext } from './runContext.ts';
import { Timers } from './timers.ts';
import { VerifyRunner } from './verifyRunner.ts';

export interface CallRouterOptions {
  readonly ctx: RunContext;
  /** Why no further agent may start, or null. */
  readonly limitReached: (agentsStarted: number) => string | null;
  readonly onDivergence: (problem: string) => void;
}

export class CallRouter {
  readonly agents: AgentRunner;
  readonly verifications: VerifyRunner;
  readonly timers: Timers;
  readonly #options: CallRouterOptions;
  readonly #replay: OrderedReplay | null;

  constructor(options: CallRouterOptions) {
    const { ctx } = options;
    this.#options = options;
    this.agents = new AgentRunner(ctx);
    this.verifications = new VerifyRunner(ctx);
    this.timers = new Timers(ctx);
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
    if (this.#replay !== null && !this.#replay.isOver) await this.#replay.keep(kept);
    else await this.#answer(kept);
  }

  noteWaiting(answers: number): void {
    this.#replay?.noteWaiting(answers);
  }

  noteScriptEnd(): void {
    this.#replay?.noteScriptEnd();
  }

  #createReplay(log: NonNullable<RunContext['replay']>): OrderedReplay {
    const { ctx, onDivergence } = this.#options;
    // An edited script may do anything: its calls are matched by content from the start.
    const isUnchanged = log.scriptSha256 === ctx.config.scriptSha256;
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
      default:
        assertNever(delivery);
    }
  }

  async #answer(kept: KeptCall): Promise<void> {
    const { callId, call, identified, send } = kept;
    switch (call.method) {
      case 'agent':
        await this.#startAgent(callId, { message: call, identified }, send);
        break;
      case 'verify':
        await this.verifications.handle(callId, call, send);
        break;
      case 'timer':
        await this.timers.start(callId, call.delayMs, send);
        break;
      case 'gate':
      case 'workflow': {
        const message = `${call.method}() is not available yet.`;
        send(this.#options.ctx.deliveries.fail(callId, { name: 'Error', message }));
        break;
      }
      default:
        assertNever(call);
    }
  }

  async #startAgent(
    callId: number,
    work: {
      readonly message: Extract<AsyncCall, { method: 'agent' }>;
      readonly identified: KeptCall['identified'];
    },
    send: (answer: HostToScript) => void,
  ): Promise<void> {
    const { message, identified } = work;
    if (identified === null) throw new Error('Calls of agent() are identified at arrival.');
    const { ctx, limitReached } = this.#options;
    const limit = this.agents.isRecorded(identified) ? null : limitReached(this.agents.started);
    // The call stays pending: only the user may turn a limit into an error of the script.
    if (limit === null) await this.agents.handle(callId, { message, identified }, send);
    else ctx.suspend(limit);
  }
}
