import type { TokenUsage } from '../../protocol/runLimits.ts';
import priceTable from './prices.json' with { type: 'json' };

/** Dollars for a million tokens. */
interface TokenPrices {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** Other prices for all tokens of a request whose prompt, cached parts included, is longer than that. */
interface PriceStep extends TokenPrices {
  readonly overPromptTokens: number;
}

/** The prices of one model; where the length of the prompt changes them, with steps. */
export interface ModelPrice extends TokenPrices {
  readonly steps?: readonly PriceStep[] | undefined;
}

/** Prices by model id. */
export type PriceTable = Readonly<Record<string, ModelPrice | undefined>>;

/**
 * The price of a model, or null when it is unknown; never 0 for want of knowledge. `overrides` come before the
 * built-in table.
 */
export function priceOf(
  provider: string,
  model: string,
  overrides: PriceTable = {},
): ModelPrice | null {
  if (provider === 'offline') return { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
  return ownPrice(overrides, model) ?? ownPrice(priceTable.models, model);
}

/**
 * Dollars of one request; `inputTokens` are those that came neither from nor into the cache. A sum over several
 * requests has no price where there are steps: each is paid by its own length.
 */
export function costUsd(usage: TokenUsage, price: ModelPrice): number {
  const { input, output, cacheRead, cacheWrite } = pricesFor(usage, price);
  const sum =
    usage.inputTokens * input +
    usage.outputTokens * output +
    usage.cacheReadTokens * cacheRead +
    usage.cacheWriteTokens * cacheWrite;
  return sum / 1_000_000;
}

// A script may name any model, `constructor` too.
function ownPrice(table: PriceTable, model: string): ModelPrice | null {
  return Object.hasOwn(table, model) ? (table[model] ?? null) : null;
}

function pricesFor(usage: TokenUsage, price: ModelPrice): TokenPrices {
  const promptTokens = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  let highest: PriceStep | null = null;
  for (const step of price.steps ?? []) {
    if (promptTokens <= step.overPromptTokens) continue;
    if (highest === null || step.overPromptTokens > highest.overPromptTokens) highest = step;
  }
  return highest ?? price;
}
