import type { TokenUsage } from '../../../protocol/runLimits.ts';
import type { ModelPrice, PriceTable } from '../../../protocol/modelPrices.ts';
import priceTable from './prices.json' with { type: 'json' };

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

function pricesFor(usage: TokenUsage, price: ModelPrice): Omit<ModelPrice, 'steps'> {
  const promptTokens = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  let highest: NonNullable<ModelPrice['steps']>[number] | null = null;
  for (const step of price.steps ?? []) {
    if (promptTokens <= step.overPromptTokens) continue;
    if (highest === null || step.overPromptTokens > highest.overPromptTokens) highest = step;
  }
  return highest ?? price;
}
