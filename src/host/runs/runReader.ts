import type { DurableRunEvent } from '../../protocol/events/runEvents.ts';
import type { RunView } from '../../protocol/view/runView.ts';
import type { LiveRun, RunListener } from './liveRun.ts';

/** What whoever reviews runs wants to know of them. */
export interface RunReader {
  /** A run that this process owns. */
  live(runId: string): LiveRun | undefined;
  /** The present view of any run of the workspace; rejects with code `not_found` when there is no such run. */
  view(runId: string): Promise<RunView>;
  /** Every durable event of a run. */
  events(runId: string): Promise<readonly DurableRunEvent[]>;
  /** Calls back for every event of a run that this process owns; dispose stops it. */
  listen(listener: RunListener): { dispose(): void };
}
