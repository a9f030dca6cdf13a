/**
 * The one reducer. The host, the extension, the webviews and the terminal all fold the same events
 * with it, so what they show can only differ by how far they have read.
 */
import type { RunEvent } from '../events/runEvents.ts';
import { updateAgent, withPhase } from './changeView.ts';
import { applyAgentEvent } from './reduceAgents.ts';
import { applyCallEvent } from './reduceCalls.ts';
import { withLog } from './reduceLog.ts';
import { endRun, resumeView, startView } from './reduceSession.ts';
import type { RunView } from './runView.ts';

/** Applies one event; the first event of a run must be `run.started`. Never changes its input. */
export function reduceRun(view: RunView | null, event: RunEvent): RunView {
  if (event.type === 'run.started') return startView(event);
  if (view === null) throw new Error(`A run's first event must be run.started, not ${event.type}.`);
  return applyEvent(view, event);
}

/** Applies many events. */
export function reduceRunEvents(view: RunView | null, events: readonly RunEvent[]): RunView | null {
  return events.reduce<RunView | null>(reduceRun, view);
}

function applyEvent(view: RunView, event: Exclude<RunEvent, { type: 'run.started' }>): RunView {
  switch (event.type) {
    case 'run.resumed':
      return resumeView(view, event);
    case 'replay.ended':
      return event.cachedAgents.reduce(
        (next, agentId) => updateAgent(next, agentId, { cached: true }),
        view,
      );
    case 'run.state':
      return {
        ...view,
        state: event.state,
        pauseReason: event.reason,
        stateMessage: event.message,
      };
    case 'run.throttled':
      return { ...view, concurrency: event.concurrency };
    case 'run.limits':
      return { ...view, limits: event.limits };
    case 'phase.started':
      return withPhase(view, event.title);
    case 'log':
      return withLog(view, event);
    case 'agent.queued':
    case 'agent.started':
    case 'agent.progress':
    case 'agent.ended':
    case 'agent.replayed':
      return applyAgentEvent(view, event);
    case 'proposals.changed':
      return {
        ...view,
        proposals: event.counts,
        treeHash: event.treeHash,
        ...(event.gitTree === undefined ? {} : { proposedTree: event.gitTree }),
      };
    case 'review.changed':
      return {
        ...view,
        proposals: event.counts,
        verdict: event.verdict,
        ...(event.proposedTree === undefined ? {} : { proposedTree: event.proposedTree }),
      };
    case 'run.ended':
      return endRun(view, event);
    default:
      return applyCallEvent(view, event);
  }
}
