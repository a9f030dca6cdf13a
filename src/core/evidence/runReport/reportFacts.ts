import type { Estimate } from '../../../protocol/estimate.ts';
import type { DurableRunEvent } from '../../../protocol/events/runEvents.ts';
import { unfinishedCommands } from '../unfinishedCommands.ts';
import type { RequiredCommand } from '../verdictOf.ts';

/** A call that was answered with an error before anything started. */
interface RefusedCall {
  readonly method: string;
  readonly message: string;
}

/** What a report tells beside the view of a run; all of it stands in the journal. */
export interface ReportFacts {
  /** Files of the workspace that agents could not see, each with the reason. */
  readonly leftOut: readonly string[];
  readonly refused: readonly RefusedCall[];
  /** Required commands without any receipt. */
  readonly unfinished: readonly RequiredCommand[];
  /** Why the run stood still without its user: limits, the breaker, the provider. */
  readonly holds: readonly string[];
}

/** The same with what lies beside the journal in the run's folder. */
export interface ReportDetails extends ReportFacts {
  /** What the plan foretold; null where nobody estimated before the run. */
  readonly estimate: Estimate | null;
  /** What the script returned as its summary. */
  readonly summary: string | null;
  /** The journal's last entry; null leaves the anchor out. */
  readonly journalHead: { readonly seq: number; readonly head: string } | null;
}

/** Nothing but what the view tells. */
export const NO_DETAILS: ReportDetails = {
  leftOut: [],
  refused: [],
  unfinished: [],
  holds: [],
  estimate: null,
  summary: null,
  journalHead: null,
};

/** Reads a journal for what the run did not cover. */
export function readReportFacts(events: readonly DurableRunEvent[]): ReportFacts {
  const started = events.find((event) => event.type === 'run.started');
  return {
    leftOut: started?.leftOut ?? [],
    refused: refusedCalls(events),
    unfinished: unfinishedCommands(events),
    holds: [...new Set(events.flatMap(holdOf))],
  };
}

/** A refusal whose cause may be gone is asked again when the run goes on, so that the last session tells. */
function refusedCalls(events: readonly DurableRunEvent[]): readonly RefusedCall[] {
  const lastBegin = events.findLastIndex(({ type }) => type === 'run.resumed');
  const calls = new Map<string, RefusedCall>();
  for (const [index, event] of events.entries()) {
    if (event.type !== 'call.refused' || (event.mayRetry && index < lastBegin)) continue;
    const { method, error } = event;
    calls.set(`${method} ${error.message}`, { method, message: error.message });
  }
  return [...calls.values()];
}

function holdOf(event: DurableRunEvent): readonly string[] {
  if (event.type !== 'run.state' || event.state !== 'paused') return [];
  const { reason, message } = event;
  // A person's own pause and question are no gap.
  if (reason === null || reason === 'user' || reason === 'gate') return [];
  return [message ?? `The run was held: ${reason}.`];
}
