import type { PriceTable } from '../../../protocol/modelPrices.ts';
import type { RunLimits, TokenUsage } from '../../../protocol/runLimits.ts';
import type { AgentView } from '../../../protocol/view/runView.ts';
import type { Clock } from '../../ports/clock.ts';
import { Breaker } from '../requests/breaker.ts';
import { BusyAgents } from '../requests/busyAgents.ts';
import { Permits } from '../requests/permits.ts';
import { ActiveClock } from './activeClock.ts';
import { LimitKeeper } from './limitKeeper.ts';
import { Spend } from './spend.ts';
import type { SpendingContext } from './spendingContext.ts';

export interface SpendingOptions extends Pick<SpendingContext, 'suspend'> {
  readonly limits: RunLimits;
  readonly provider: string;
  readonly prices: PriceTable | undefined;
  readonly clock: Clock;
  /** What earlier sessions used, which counts; undefined in a new run. */
  readonly earlier:
    | {
        readonly usage: TokenUsage;
        readonly usd: number | null;
        readonly agents: readonly AgentView[];
      }
    | undefined;
}

/** The means of one run, less what its earlier sessions used. */
export function createSpending(options: SpendingOptions): SpendingContext {
  const { limits, provider, prices, clock, earlier, suspend } = options;
  const activeClock = new ActiveClock(clock);
  const spend = new Spend(provider, prices);
  if (earlier !== undefined) spend.restore(earlier.usage, earlier.usd);
  const earlierAgents = earlier?.agents ?? [];
  return {
    permits: new Permits(limits.concurrency),
    busy: new BusyAgents(),
    activeClock,
    spend,
    limits: new LimitKeeper({ limits, spend, activeClock, earlierAgents }),
    breaker: new Breaker(),
    suspend,
  };
}
