/** Watches the limits of one run: of the whole, of each phase, and what a user changed on the way. */
import { formatCount, formatUsd, plural } from '../../../base/format.ts';
import {
  noTokens,
  totalTokens,
  type PartLimits,
  type RunLimits,
  type TokenUsage,
} from '../../../protocol/runLimits.ts';
import type { AgentView } from '../../../protocol/view/runView.ts';
import { FALLBACK_MAX_TOKENS } from '../../limits.ts';
import type { ActiveClock } from './activeClock.ts';
import type { Spend } from './spend.ts';

/** A limit that is reached: its name and number for a script, the sentence for people. */
export interface ReachedLimit {
  readonly limit: string;
  readonly value: number;
  readonly message: string;
}

/** What one phase has used. */
interface PhaseUse {
  agents: number;
  tokens: number;
  usd: number;
  readonly sinceMs: number;
}

export interface LimitKeeperOptions {
  readonly limits: RunLimits;
  readonly spend: Spend;
  readonly activeClock: ActiveClock;
  /** Agents of earlier sessions, which count in their phases. */
  readonly earlierAgents: readonly AgentView[];
}

export class LimitKeeper {
  readonly #spend: Spend;
  readonly #activeClock: ActiveClock;
  readonly #phases = new Map<string, PhaseUse>();
  #limits: RunLimits;

  constructor(options: LimitKeeperOptions) {
    this.#limits = options.limits;
    this.#spend = options.spend;
    this.#activeClock = options.activeClock;
    for (const agent of options.earlierAgents) {
      this.noteAgent(agent.phase);
      this.noteUsage(agent.phase, agent.usage, agent.usd);
    }
  }

  get limits(): RunLimits {
    return this.#limits;
  }

  change(limits: RunLimits): void {
    this.#limits = limits;
  }

  noteAgent(phase: string | null): void {
    this.#use(phase).agents += 1;
  }

  noteUsage(phase: string | null, usage: TokenUsage, usd: number | null): void {
    const use = this.#use(phase);
    use.tokens += totalTokens(usage);
    use.usd += usd ?? 0;
  }

  /** Why one more agent may not start, or null. */
  agentLimit(agentsStarted: number, phase: string | null): ReachedLimit | null {
    const { maxAgents, perPhase } = this.#limits;
    if (agentsStarted >= maxAgents) {
      const message = `The limit of ${plural(maxAgents, 'agent')} is reached.`;
      return { limit: 'maxAgents', value: maxAgents, message };
    }
    const most = perPhase?.maxAgents;
    if (phase === null || most === undefined || this.#use(phase).agents < most) return null;
    const message = `The limit of ${plural(most, 'agent')} for the phase "${phase}" is reached.`;
    return { limit: 'perPhase.maxAgents', value: most, message };
  }

  /** Why no further request of this phase may start, or null. */
  requestLimit(phase: string | null): ReachedLimit | null {
    return this.runLimit() ?? this.#phaseLimit(phase);
  }

  /** Why nothing of the run may go on, or null. */
  runLimit(): ReachedLimit | null {
    return this.#usdLimit() ?? this.#tokenLimit();
  }

  /** A model whose cost nobody can know is refused where the user asked for a dollar limit. */
  priceProblem(model: string): ReachedLimit | null {
    const { maxUsd, usdIsExplicit } = this.#limits;
    if (maxUsd === null || usdIsExplicit !== true) return null;
    if (this.#spend.cost(noTokens, model) !== null) return null;
    const message = `The price of ${model} is not known, so the limit of ${formatUsd(maxUsd)} cannot be enforced. Set a token limit instead.`;
    return { limit: 'maxUsd', value: maxUsd, message };
  }

  #usdLimit(): ReachedLimit | null {
    const { maxUsd } = this.#limits;
    const { usd } = this.#spend;
    if (maxUsd === null || usd === null || usd < maxUsd) return null;
    const message = `The limit of ${formatUsd(maxUsd)} is reached.`;
    return { limit: 'maxUsd', value: maxUsd, message };
  }

  #tokenLimit(): ReachedLimit | null {
    const maxTokens = this.#maxTokens();
    if (maxTokens === null || totalTokens(this.#spend.usage) < maxTokens) return null;
    const message = `The limit of ${formatCount(maxTokens)} tokens is reached.`;
    return { limit: 'maxTokens', value: maxTokens, message };
  }

  // Where the price is unknown, dollars can't be watched; tokens stand in for them.
  #maxTokens(): number | null {
    const { maxTokens, maxUsd } = this.#limits;
    if (maxTokens !== null) return maxTokens;
    return maxUsd !== null && this.#spend.usd === null ? FALLBACK_MAX_TOKENS : null;
  }

  #phaseLimit(phase: string | null): ReachedLimit | null {
    const { perPhase } = this.#limits;
    if (phase === null || perPhase === undefined) return null;
    const { tokens, usd, sinceMs } = this.#use(phase);
    const minutes = (this.#activeClock.elapsedMs() - sinceMs) / 60_000;
    const used = { maxTokens: tokens, maxUsd: usd, maxMinutes: minutes };
    for (const { key, text } of phaseBounds) {
      const most = perPhase[key];
      if (most === undefined || used[key] < most) continue;
      const message = `The limit of ${text(most)} for the phase "${phase}" is reached.`;
      return { limit: `perPhase.${key}`, value: most, message };
    }
    return null;
  }

  #use(phase: string | null): PhaseUse {
    const key = phase ?? '';
    let use = this.#phases.get(key);
    if (use === undefined) {
      use = { agents: 0, tokens: 0, usd: 0, sinceMs: this.#activeClock.elapsedMs() };
      this.#phases.set(key, use);
    }
    return use;
  }
}

const phaseBounds: readonly {
  readonly key: Exclude<keyof PartLimits, 'maxAgents'>;
  readonly text: (most: number) => string;
}[] = [
  { key: 'maxTokens', text: (most) => `${formatCount(most)} tokens` },
  { key: 'maxUsd', text: formatUsd },
  { key: 'maxMinutes', text: (most) => `${most} minutes` },
];
