import type { RunTree } from '../changes/tree/runTree.ts';
import type { RunConfig, RunServices } from './runConfig.ts';
import type { RunRecorder } from './runRecorder.ts';

/** What every part of a running run works with. What only some need has a context of its own. */
export interface RunContext {
  readonly config: RunConfig;
  readonly services: RunServices;
  readonly recorder: RunRecorder;
  readonly tree: RunTree;
  /** Aborted when the run is cancelled, stops, or has ended. A stopped script may still return what it has. */
  readonly signal: AbortSignal;
  /** Owns a promise that nobody awaits. */
  readonly track: (task: Promise<void>) => void;
  /** A warning in the run's log. */
  readonly warn: (message: string) => void;
}
