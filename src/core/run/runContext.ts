import type { RunTree } from '../changes/runTree.ts';
import type { ActiveClock } from './activeClock.ts';
import type { Deliveries } from './deliveries.ts';
import type { Permits } from './permits.ts';
import type { ReplayLog } from './replayLog.ts';
import type { RunConfig, RunServices } from './runConfig.ts';
import type { RunRecorder } from './runRecorder.ts';
import type { Spend } from './spend.ts';

/** What the parts of one running run share. */
export interface RunContext {
  readonly config: RunConfig;
  readonly services: RunServices;
  readonly recorder: RunRecorder;
  readonly tree: RunTree;
  readonly permits: Permits;
  /** For limits of time, which a pause does not use up. */
  readonly activeClock: ActiveClock;
  readonly spend: Spend;
  readonly deliveries: Deliveries;
  /** What an earlier session left; null in a new run. */
  readonly replay: ReplayLog | null;
  /** Aborted when the run is cancelled, stops, or has ended. */
  readonly signal: AbortSignal;
  /** A warning in the run's log. */
  readonly warn: (message: string) => void;
  /** Reaching a limit: nothing new starts until the user has decided. */
  readonly suspend: (message: string) => void;
}
