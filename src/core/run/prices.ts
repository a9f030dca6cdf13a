import type { TokenUsage } from '../../protocol/runLimits.ts';
import priceTable from './prices.json' with { type: 'json' };

/** Dollars for a million tokens. */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** The price of a model, or null when it is unknown; never 0 for want of knowledge. */
export function priceOf(provider: string, model: string): ModelPrice | null {
  if (provider === 'offline') return { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
  const models: Readonly<Record<string, ModelPrice | undefined>> = priceTable.models;
  // A script may name any model, `constructor` too.
  return Object.hasOwn(models, model) ? (models[model] ?? null) : null;
}

/** Dollars of a usage; `inputTokens` are those that came neither from nor into the cache. */
export function costUsd(usage: TokenUsage, price: ModelPrice): number {
  const sum =
    usage.inputTokens * price.input +
    usage.outputTokens * price.output +
    usage.cacheReadTokens * price.cacheRead +
    usage.cacheWriteTokens * price.cacheWrite;
  return sum / 1_000_000;
}
