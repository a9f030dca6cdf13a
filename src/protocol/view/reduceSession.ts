import { NO_TOKENS } from '../runLimits.ts';
import type { RunEventOf } from '../events/runEvents.ts';
import { endUnfinished } from './reduceAgents.ts';
import type { RunView } from './runView.ts';

/** Characters of a result that a view carries; the whole value stays in the journal. */
export const RESULT_PREVIEW_CHARS = 2000;

/** A run that has just begun. */
export function startView(event: RunEventOf<'run.started'>): RunView {
  return {
    runId: event.runId,
    request: event.request,
    meta: event.meta,
    state: 'running',
    pauseReason: null,
    stateMessage: null,
    verdict: 'unverified',
    provider: event.provider,
    model: event.model,
    limits: event.limits,
    concurrency: event.limits.concurrency,
    snapshotFiles: event.snapshotFiles,
    startedAt: event.at,
    endedAt: null,
    phases: event.meta.phases.map((phase) => phase.title),
    agents: [],
    verifications: [],
    gates: [],
    workflows: [],
    logs: [],
    droppedLogs: 0,
    usage: NO_TOKENS,
    usd: 0,
    proposals: { groups: 0, files: 0, hunks: 0, pending: 0, conflicts: 0 },
    treeHash: null,
    resultPreview: null,
    error: null,
  };
}

/** A run that goes on in a further session. */
export function resumeView(view: RunView, event: RunEventOf<'run.resumed'>): RunView {
  const { meta, limits, provider, model } = event;
  const earlierMs = (view.endedAt ?? view.startedAt) - view.startedAt;
  return {
    ...view,
    meta,
    limits,
    provider,
    model,
    state: 'running',
    verdict: 'unverified',
    pauseReason: null,
    stateMessage: null,
    endedAt: null,
    error: null,
    resultPreview: null,
    concurrency: limits.concurrency,
    // Time between the sessions is not time of the run.
    startedAt: event.at - earlierMs,
    agents: view.agents.map(endUnfinished),
    // Whoever asked about a command is gone; an agent that begins anew asks anew.
    gates: view.gates.filter((gate) => gate.command === undefined || gate.approved !== null),
  };
}

/** A run whose session has ended. */
export function endRun(view: RunView, event: RunEventOf<'run.ended'>): RunView {
  const inline = event.result?.type === 'inline' ? event.result.json : null;
  return {
    ...view,
    state: event.status,
    pauseReason: event.status === 'paused' ? (event.pauseReason ?? view.pauseReason) : null,
    stateMessage: event.reason,
    verdict: event.verdict,
    endedAt: event.at,
    usd: event.usage.usd,
    proposals: event.proposals,
    resultPreview: inline === null ? null : inline.slice(0, RESULT_PREVIEW_CHARS),
    error: event.error,
  };
}
