import type { TokenUsage } from '../../protocol/runLimits.ts';
import { noTokens } from '../../protocol/runLimits.ts';
import { MIN_SAMPLES } from './estimateLimits.ts';

/** What one ended agent of an earlier run used. */
export interface AgentSample {
  readonly agentType: string;
  readonly phase: string | null;
  readonly use: AgentUse;
}

/** Tokens of one agent over all of its requests; the price of a request may depend on its length. */
export interface AgentUse {
  readonly usage: TokenUsage;
  readonly requests: number;
}

/** What one agent is thought to use: half of its kind use less than `typical`, nine of ten less than `high`. */
export interface AgentTokens {
  readonly typical: AgentUse;
  readonly high: AgentUse;
  /** One sentence: where the numbers come from. */
  readonly source: string;
}

/**
 * Assumed, not measured: an agent that makes four requests, reads two files of 300 lines and changes one,
 * with the prefix of its conversation cached; three times as much for the dear one of ten.
 */
const DEFAULT_AGENT_TOKENS: AgentTokens = {
  typical: {
    requests: 4,
    usage: {
      inputTokens: 500,
      outputTokens: 1500,
      cacheReadTokens: 12_000,
      cacheWriteTokens: 6000,
    },
  },
  high: {
    requests: 12,
    usage: {
      inputTokens: 1500,
      outputTokens: 4500,
      cacheReadTokens: 36_000,
      cacheWriteTokens: 18_000,
    },
  },
  source: 'assumed, without history: four requests per agent, two files read, one changed',
};

const NO_USE: AgentUse = { usage: noTokens, requests: 0 };

const OFFLINE_TOKENS: AgentTokens = {
  typical: NO_USE,
  high: NO_USE,
  source: 'the offline provider uses no tokens',
};

/** Looks up what an agent of a type in a phase uses: the closest kind with enough ended agents, else the default. */
export class TokenTable {
  readonly #samples: readonly AgentSample[];
  readonly #isOffline: boolean;
  readonly #known = new Map<string, AgentTokens>();

  constructor(provider: string, samples: readonly AgentSample[]) {
    this.#samples = samples;
    this.#isOffline = provider === 'offline';
  }

  of(agentType: string, phase: string | null): AgentTokens {
    if (this.#isOffline) return OFFLINE_TOKENS;
    const key = JSON.stringify([agentType, phase]);
    const known = this.#known.get(key) ?? this.#lookUp(agentType, phase);
    this.#known.set(key, known);
    return known;
  }

  #lookUp(agentType: string, phase: string | null): AgentTokens {
    const ofType = this.#samples.filter((sample) => sample.agentType === agentType);
    const inPhase = phase === null ? [] : ofType.filter((sample) => sample.phase === phase);
    const chosen = inPhase.length >= MIN_SAMPLES ? inPhase : ofType;
    if (chosen.length < MIN_SAMPLES) return DEFAULT_AGENT_TOKENS;
    const bySize = chosen
      .map(({ use }) => use)
      .toSorted((a, b) => totalTokens(a.usage) - totalTokens(b.usage));
    const kind = chosen === inPhase ? `${agentType} in phase ${phase ?? ''}` : agentType;
    return {
      typical: quantile(bySize, 0.5),
      high: quantile(bySize, 0.9),
      source: `this workspace's history: ${chosen.length} agents, ${kind}`,
    };
  }
}

/** All tokens of a usage. */
export function totalTokens(usage: TokenUsage): number {
  return usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
}

// The use of one real agent, so that its parts fit together.
function quantile(bySize: readonly AgentUse[], share: number): AgentUse {
  return bySize[Math.max(0, Math.ceil(bySize.length * share) - 1)] ?? NO_USE;
}
