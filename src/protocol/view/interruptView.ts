/** What a run looks like whose host is gone: nothing in it works or waits any more, and what was finished stays. */
import type { AgentView, RunView } from './runView.ts';
import type { RunSummary, StatusCounts } from './summarizeRun.ts';

export interface Interruption {
  /** The last thing that is known of the run; null while nobody has looked at its journal. */
  readonly endedAt: number | null;
  readonly stateMessage: string;
}

/** A live run's view after its host has gone. */
export function interruptView(view: RunView, { endedAt, stateMessage }: Interruption): RunView {
  const agents = view.agents.map((agent) => interruptAgent(agent, endedAt));
  return { ...view, agents, endedAt, state: 'interrupted', pauseReason: null, stateMessage };
}

/** The same of a summary: what `interruptView` comes to when it is summed up. */
export function interruptSummary(
  run: RunSummary,
  { endedAt, stateMessage }: Interruption,
): RunSummary {
  return {
    ...run,
    state: 'interrupted',
    pauseReason: null,
    stateMessage,
    endedAt,
    counts: interruptCounts(run.counts),
    phases: run.phases.map(({ title, counts }) => ({ title, counts: interruptCounts(counts) })),
  };
}

function interruptAgent(agent: AgentView, endedAt: number | null): AgentView {
  const isUnderWay = agent.status === 'queued' || agent.status === 'running';
  return isUnderWay ? { ...agent, status: 'cancelled', activity: '', endedAt } : agent;
}

function interruptCounts(counts: StatusCounts): StatusCounts {
  const cancelled = counts.cancelled + counts.queued + counts.running;
  return { ...counts, queued: 0, running: 0, cancelled };
}
