import type { Breaker } from '../requests/breaker.ts';
import type { BusyAgents } from '../requests/busyAgents.ts';
import type { Permits } from '../requests/permits.ts';
import type { ActiveClock } from './activeClock.ts';
import type { LimitKeeper } from './limitKeeper.ts';
import type { Spend } from './spend.ts';
import type { SuspendRequest } from './suspension.ts';

/** What agents use up, and what stops them when there is no more of it. */
export interface SpendingContext {
  readonly permits: Permits;
  readonly busy: BusyAgents;
  /** For limits of time, which a pause does not use up. */
  readonly activeClock: ActiveClock;
  readonly spend: Spend;
  readonly limits: LimitKeeper;
  readonly breaker: Breaker;
  /** Nothing new starts until the user has decided. */
  readonly suspend: (request: SuspendRequest) => void;
}
