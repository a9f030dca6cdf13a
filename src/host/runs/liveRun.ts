import type { RunEvent } from '../../protocol/events/runEvents.ts';
import type { RunView } from '../../protocol/view/runView.ts';
import type { RunEngine } from '../../core/run/runEngine.ts';
import type { RunStore } from '../../core/ports/runStore.ts';

export type RunListener = (event: RunEvent, view: RunView) => void;

/** A run that this process owns. */
export interface LiveRun {
  readonly runId: string;
  readonly engine: RunEngine;
  readonly store: RunStore;
  /** Resolves with the first event on disk: from then on there is a view. */
  readonly begun: Promise<undefined>;
  /** Resolves with the last event once everything is on disk. */
  readonly ended: Promise<Extract<RunEvent, { type: 'run.ended' }>>;
}
