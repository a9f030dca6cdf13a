/** The requests of one agent, over all of its attempts: what they cost, and what they wait for. */
import { formatCount, formatUsd } from '../../../base/format.ts';
import { addTokens, NO_TOKENS, totalTokens, type TokenUsage } from '../../../protocol/runLimits.ts';
import type { AgentCall } from '../../agent/agentCall.ts';
import { AgentFailure } from '../../agent/runAgent.ts';
import { ModelError, type ModelAnswer, type ModelRequest } from '../../ports/modelClient.ts';
import type { SpendingContext } from '../limits/spendingContext.ts';
import type { RunContext } from '../runContext.ts';
import type { AttemptWatch } from './attemptWatch.ts';

export interface AgentRequestsOptions {
  readonly ctx: RunContext & SpendingContext;
  readonly agentId: number;
  readonly call: AgentCall;
  /** Shows what the agent waits for. */
  readonly showActivity: (activity: string) => void;
}

/** The attempt that a request belongs to. */
export interface RequestingAttempt {
  readonly signal: AbortSignal;
  readonly watch: AttemptWatch;
}

export class AgentRequests {
  readonly #options: AgentRequestsOptions;
  #fallbackModel: string | null = null;
  #usage: TokenUsage = NO_TOKENS;
  #usd: number | null = 0;

  constructor(options: AgentRequestsOptions) {
    this.#options = options;
  }

  get usage(): TokenUsage {
    return this.#usage;
  }

  /** Null as soon as one request had no known price. */
  get usd(): number | null {
    return this.#usd;
  }

  /** One turn. At a limit it waits for the user's decision, and goes out when the run goes on. */
  async send(request: ModelRequest, attempt: RequestingAttempt): Promise<ModelAnswer> {
    const { ctx, agentId } = this.#options;
    ctx.busy.leave(agentId);
    this.#checkOwnLimits();
    for (;;) {
      const model = this.#fallbackModel ?? request.model;
      this.#checkPrice(model);
      try {
        const answer = await this.#sendOnce({ ...request, model }, attempt);
        this.#count(answer, model);
        return answer;
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        if (this.#fallBack(error, model)) continue;
        if (error.code !== 'model_usage_limit') throw error;
        ctx.busy.leave(agentId);
        ctx.suspend({ reason: 'usage', message: error.message, limit: 'usage', value: 0 });
      }
    }
  }

  #sendOnce(request: ModelRequest, { signal, watch }: RequestingAttempt): Promise<ModelAnswer> {
    const { ctx, agentId, showActivity } = this.#options;
    return ctx.services.governor.send(request, {
      signal,
      acquirePermit: () => {
        watch.wait();
        return ctx.permits.acquireRequest(signal);
      },
      onSend: () => {
        ctx.busy.enter(agentId);
        watch.sign();
      },
      onActivity: () => watch.sign(),
      onRetry: (error) => {
        ctx.busy.leave(agentId);
        watch.wait();
        showActivity(`waiting: ${error.message}`);
      },
    });
  }

  /** A model that the provider does not know gives way to the run's own, with a warning. */
  #fallBack(error: ModelError, model: string): boolean {
    const { config, warn, services } = this.#options.ctx;
    if (error.code !== 'model_unknown' || model === config.model) return false;
    const { provider } = services.governor.client;
    this.#fallbackModel = config.model;
    warn(`The provider ${provider} has no model "${model}"; ${config.model} is used instead.`);
    return true;
  }

  #count(answer: ModelAnswer, model: string): void {
    const { spend, limits, suspend } = this.#options.ctx;
    const { phase } = this.#options.call;
    this.#usage = addTokens(this.#usage, answer.usage);
    const usd = spend.add(answer.usage, model);
    this.#usd = this.#usd === null || usd === null ? null : this.#usd + usd;
    limits.noteUsage(phase, answer.usage, usd);
    const reached = limits.requestLimit(phase);
    if (reached !== null) suspend({ reason: 'limit', ...reached });
  }

  #checkPrice(model: string): void {
    const { limits, suspend } = this.#options.ctx;
    const problem = limits.priceProblem(model);
    if (problem !== null) suspend({ reason: 'limit', ...problem });
  }

  /** Before a further request; an answer that was paid for is never thrown away. */
  #checkOwnLimits(): void {
    const { call, ctx } = this.#options;
    const { perAgent } = ctx.limits.limits;
    const maxTokens = Math.min(call.maxTokens ?? Infinity, perAgent?.maxTokens ?? Infinity);
    const maxUsd = Math.min(call.maxUsd ?? Infinity, perAgent?.maxUsd ?? Infinity);
    if (totalTokens(this.#usage) >= maxTokens) {
      const message = `The agent used all of its ${formatCount(maxTokens)} tokens.`;
      throw new AgentFailure('agent_limit', message);
    }
    if (this.#usd !== null && this.#usd > 0 && this.#usd >= maxUsd) {
      throw new AgentFailure('agent_limit', `The agent used all of its ${formatUsd(maxUsd)}.`);
    }
  }
}
