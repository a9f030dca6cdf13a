import type { RunTree } from '../changes/runTree.ts';
import type { Deliveries } from './deliveries.ts';
import type { Permits } from './permits.ts';
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
  readonly spend: Spend;
  readonly deliveries: Deliveries;
  /** Aborted when the run is cancelled, stops, or has ended. */
  readonly signal: AbortSignal;
  /** A warning in the run's log. */
  readonly warn: (message: string) => void;
  /** Reaching a limit: nothing new starts until the user has decided. */
  readonly suspend: (message: string) => void;
}
