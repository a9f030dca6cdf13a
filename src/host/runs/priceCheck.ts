/** What a limit in dollars is worth where nobody knows what the model costs. */
import { FALLBACK_MAX_TOKENS } from '../../core/limits.ts';
import { priceOf } from '../../core/run/limits/prices.ts';
import type { PriceTable } from '../../protocol/modelPrices.ts';
import type { RunLimits } from '../../protocol/runLimits.ts';

/** Thrown before anything runs: the user asked for a limit in dollars that cannot be kept. */
class PriceUnknownError extends Error {
  override readonly name = 'PriceUnknownError';
  readonly code = 'price_unknown';
}

/** Who is to be asked, and within what. */
export interface PricedRun {
  readonly provider: string;
  readonly model: string;
  readonly limits: RunLimits;
  /** The user's own. */
  readonly prices?: PriceTable | undefined;
}

/** Throws when a dollar limit that the user named cannot be kept. */
export function assertDollarsCount({ provider, model, limits, prices }: PricedRun): void {
  if (!isUsdExplicit(limits) || priceOf(provider, model, prices) !== null) return;
  throw new PriceUnknownError(
    `The price of ${model} is not known, so a dollar limit cannot be enforced. Set a token limit (--max-tokens) instead, or leave out --max-usd.`,
  );
}

/** The sentence for the run's log when tokens stand in for the default limit in dollars; else null. */
export function describeTokenFallback(run: PricedRun): string | null {
  const { provider, model, limits, prices } = run;
  const { maxUsd, maxTokens } = limits;
  if (maxUsd === null || priceOf(provider, model, prices) !== null) return null;
  const tokens = (maxTokens ?? FALLBACK_MAX_TOKENS).toLocaleString('en-US');
  return `The price of ${model} is unknown, so the run stops at ${tokens} tokens instead of $${maxUsd}.`;
}

function isUsdExplicit({ maxUsd, usdIsExplicit, perPhase, perAgent }: RunLimits): boolean {
  if (perPhase?.maxUsd !== undefined || perAgent?.maxUsd !== undefined) return true;
  return maxUsd !== null && usdIsExplicit === true;
}
