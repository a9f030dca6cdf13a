import { addTokens, NO_TOKENS, type TokenUsage } from '../../../protocol/runLimits.ts';
import type { PriceTable } from '../../../protocol/modelPrices.ts';
import { costUsd, priceOf } from './prices.ts';

/** Counts what a run has used, request by request. */
export class Spend {
  readonly #provider: string;
  readonly #prices: PriceTable;
  #usage: TokenUsage = NO_TOKENS;
  #usd: number | null = 0;

  /** `prices` are the user's own, which come before the built-in table. */
  constructor(provider: string, prices: PriceTable = {}) {
    this.#provider = provider;
    this.#prices = prices;
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

  /** Adds one request; returns its dollars, or null where the price is unknown. */
  add(usage: TokenUsage, model: string): number | null {
    this.#usage = addTokens(this.#usage, usage);
    const usd = this.cost(usage, model);
    this.#usd = this.#usd === null || usd === null ? null : this.#usd + usd;
    return usd;
  }

  /** Dollars of one usage, or null when the model's price is unknown. */
  cost(usage: TokenUsage, model: string): number | null {
    const price = priceOf(this.#provider, model, this.#prices);
    return price === null ? null : costUsd(usage, price);
  }
}
