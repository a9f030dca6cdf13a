import { formatCount, formatUsd } from '../../base/format.ts';
import { addTokens, noTokens, type RunLimits, type TokenUsage } from '../../protocol/runLimits.ts';
import { FALLBACK_MAX_TOKENS } from '../limits.ts';
import { costUsd, priceOf } from './prices.ts';

/** Counts what a run has used, request by request, and says when a limit is reached. */
export class Spend {
  readonly #provider: string;
  #limits: RunLimits;
  #usage: TokenUsage = noTokens;
  #usd: number | null = 0;

  constructor(provider: string, limits: RunLimits) {
    this.#provider = provider;
    this.#limits = limits;
  }

  /** Goes on from what earlier sessions used. */
  restore(usage: TokenUsage, usd: number | null): void {
    this.#usage = usage;
    this.#usd = usd;
  }

  get usage(): TokenUsage {
    return this.#usage;
  }

  /** Null as soon as one request had no known price. */
  get usd(): number | null {
    return this.#usd;
  }

  add(usage: TokenUsage, model: string): void {
    this.#usage = addTokens(this.#usage, usage);
    const usd = this.cost(usage, model);
    this.#usd = this.#usd === null || usd === null ? null : this.#usd + usd;
  }

  /** Dollars of one usage, or null when the model's price is unknown. */
  cost(usage: TokenUsage, model: string): number | null {
    const price = priceOf(this.#provider, model);
    return price === null ? null : costUsd(usage, price);
  }

  /** A sentence about the limit that is reached, or null. */
  reachedLimit(): string | null {
    const { maxUsd } = this.#limits;
    if (maxUsd !== null && this.#usd !== null && this.#usd >= maxUsd) {
      return `The limit of ${formatUsd(maxUsd)} is reached.`;
    }
    const maxTokens = this.#maxTokens();
    if (maxTokens !== null && totalTokens(this.#usage) >= maxTokens) {
      return `The limit of ${formatCount(maxTokens)} tokens is reached.`;
    }
    return null;
  }

  // Where the price is unknown, dollars can't be watched; tokens stand in for them.
  #maxTokens(): number | null {
    const { maxTokens, maxUsd } = this.#limits;
    if (maxTokens !== null) return maxTokens;
    return maxUsd !== null && this.#usd === null ? FALLBACK_MAX_TOKENS : null;
  }
}

function totalTokens(usage: TokenUsage): number {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  return inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;
}
