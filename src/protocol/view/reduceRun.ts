/**
 * The one reducer. The host, the extension, the webviews and the terminal all fold the same events
 * with it, so what they show can only differ by how far they have read.
 */
import { assertNever } from '../../base/assertNever.ts';
import { formatDuration } from '../../base/format.ts';
import { addTokens, noTokens } from '../runLimits.ts';
import { answerCommand, answerGate, askCommand, openGate } from './reduceQuestions.ts';
import type { RunEvent, RunEventOf } from '../events/runEvents.ts';
import { updateAgent, withPhase } from './changeView.ts';
import type { AgentView, RunView } from './runView.ts';

/** Log lines that a view keeps; a script that logs in a loop must not fill every window's memory. */
export const MAX_LOG_LINES = 1000;

/** Characters of a result that a view carries; the whole value stays in the journal. */
export const RESULT_PREVIEW_CHARS = 2000;

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

function startView(event: RunEventOf<'run.started'>): RunView {
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
    usage: noTokens,
    usd: 0,
    proposals: { groups: 0, files: 0, hunks: 0, pending: 0, conflicts: 0 },
    treeHash: null,
    resultPreview: null,
    error: null,
  };
}

type LogLine = RunView['logs'][number];

type CallEvent = RunEventOf<
  | 'verify.started'
  | 'verify.ended'
  | 'timer.fired'
  | 'call.refused'
  | 'gate.opened'
  | 'gate.answered'
  | 'command.asked'
  | 'command.answered'
  | 'command.ended'
  | 'setup.ended'
  | 'workflow.started'
  | 'workflow.ended'
>;

function applyEvent(view: RunView, event: Exclude<RunEvent, { type: 'run.started' }>): RunView {
  switch (event.type) {
    case 'run.resumed':
      return resumeView(view, event);
    case 'replay.ended':
      return event.cachedAgents.reduce(
        (next, agentId) => updateAgent(next, agentId, { cached: true }),
        view,
      );
    case 'agent.replayed':
      return replayAgent(view, event);
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
      return queueAgent(view, event);
    case 'agent.started':
      return updateAgent(view, event.agentId, {
        status: 'running',
        attempt: event.attempt,
        startedAt: event.at,
      });
    case 'agent.progress':
      return updateAgent(view, event.agentId, {
        turns: event.turn,
        activity: event.activity,
        usage: event.usage,
      });
    case 'agent.ended':
      return endAgent(view, event);
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

/** Events of calls that are no agents. */
function applyCallEvent(view: RunView, event: CallEvent): RunView {
  switch (event.type) {
    case 'verify.started':
      return startVerification(view, event);
    case 'verify.ended':
      return endVerification(view, event);
    case 'timer.fired':
    case 'call.refused':
      return view;
    case 'gate.opened':
      return openGate(view, event);
    case 'gate.answered':
      return answerGate(view, event);
    case 'command.asked':
      return askCommand(view, event);
    case 'command.answered':
      return answerCommand(view, event);
    case 'setup.ended':
      return withLog(view, setupLine(event));
    case 'command.ended':
      return countCommand(view, event);
    case 'workflow.started':
      return startWorkflow(view, event);
    case 'workflow.ended':
      return endWorkflow(view, event);
    default:
      return assertNever(event);
  }
}

function resumeView(view: RunView, event: RunEventOf<'run.resumed'>): RunView {
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

function endUnfinished(agent: AgentView): AgentView {
  if (agent.status !== 'queued' && agent.status !== 'running') return agent;
  return { ...agent, status: 'cancelled', activity: '' };
}

function replayAgent(view: RunView, event: RunEventOf<'agent.replayed'>): RunView {
  const { label, phase, group, conflictPaths } = event;
  const change = { label, phase, group, conflictPaths, cached: true };
  return updateAgent(withPhase(view, phase), event.agentId, change);
}

function withLog(
  view: RunView,
  event: LogLine & { readonly dropped?: number | undefined },
): RunView {
  if (event.dropped !== undefined) {
    return { ...view, droppedLogs: view.droppedLogs + event.dropped };
  }
  if (view.logs.length >= MAX_LOG_LINES) return { ...view, droppedLogs: view.droppedLogs + 1 };
  const line = { at: event.at, level: event.level, message: event.message };
  return { ...view, logs: [...view.logs, line] };
}

function setupLine(event: RunEventOf<'setup.ended'>): LogLine {
  const { command, exitCode, stopped, at, durationMs } = event;
  if (exitCode === 0 && stopped === undefined) {
    const message = `Setup "${command}" took ${formatDuration(durationMs)}.`;
    return { at, level: 'info', message };
  }
  const how =
    exitCode === null || stopped !== undefined
      ? 'was stopped'
      : `failed with exit code ${exitCode}`;
  return { at, level: 'warning', message: `Setup "${command}" ${how}: no command ran.` };
}

function queueAgent(view: RunView, event: RunEventOf<'agent.queued'>): RunView {
  const agent: AgentView = {
    agentId: event.agentId,
    label: event.label,
    phase: event.phase,
    group: event.group,
    model: event.model,
    agentType: event.agentType,
    status: 'queued',
    attempt: 0,
    cached: false,
    promptPreview: event.promptPreview,
    activity: '',
    turns: 0,
    queuedAt: event.at,
    startedAt: null,
    endedAt: null,
    usage: noTokens,
    usd: 0,
    valuePreview: '',
    error: null,
    changedPaths: [],
    conflictPaths: [],
    workflowId: event.workflowId,
    ...(event.expectsEdits === true ? { expectsEdits: true } : {}),
  };
  const shown = withPhase(view, event.phase);
  // A resumed run tries an agent again under its old number.
  if (event.agentId <= view.agents.length) {
    return { ...shown, agents: view.agents.with(event.agentId - 1, agent) };
  }
  return { ...shown, agents: [...view.agents, agent] };
}

function endAgent(view: RunView, event: RunEventOf<'agent.ended'>): RunView {
  const updated = updateAgent(view, event.agentId, {
    status: event.outcome,
    endedAt: event.at,
    activity: '',
    turns: event.turns,
    usage: event.usage,
    usd: event.usd,
    valuePreview: event.valuePreview,
    error: event.error,
    changedPaths: event.changes.map((change) => change.path),
    conflictPaths: event.conflictPaths,
  });
  return {
    ...updated,
    usage: addTokens(view.usage, event.usage),
    usd: view.usd === null || event.usd === null ? null : view.usd + event.usd,
  };
}

function startVerification(view: RunView, event: RunEventOf<'verify.started'>): RunView {
  const { verifyId, label, phase, command } = event;
  const started = { verifyId, label, phase, command, startedAt: event.at };
  const verification = { ...started, endedAt: null, receipt: null, error: null };
  return {
    ...withPhase(view, phase),
    verifications: [...view.verifications, verification],
  };
}

function endVerification(view: RunView, event: RunEventOf<'verify.ended'>): RunView {
  const { verifyId, receipt, error } = event;
  const ended = { endedAt: event.at, receipt, error };
  return {
    ...view,
    verifications: view.verifications.map((item) =>
      item.verifyId === verifyId ? { ...item, ...ended } : item,
    ),
  };
}

function countCommand(view: RunView, event: RunEventOf<'command.ended'>): RunView {
  const agent = view.agents.find(({ agentId }) => agentId === event.agentId);
  const { ran, unsandboxed } = agent?.commands ?? { ran: 0, unsandboxed: 0 };
  const isUnsandboxed = event.sandbox === 'none';
  const commands = { ran: ran + 1, unsandboxed: unsandboxed + (isUnsandboxed ? 1 : 0) };
  return updateAgent(view, event.agentId, { commands });
}

function startWorkflow(view: RunView, event: RunEventOf<'workflow.started'>): RunView {
  const { workflowId, name, source, phase, at } = event;
  const others = view.workflows.filter((item) => item.workflowId !== workflowId);
  const started = { workflowId, name, source, phase, startedAt: at, endedAt: null, error: null };
  return { ...view, workflows: [...others, started] };
}

function endWorkflow(view: RunView, event: RunEventOf<'workflow.ended'>): RunView {
  const { workflowId, error, at } = event;
  return {
    ...view,
    workflows: view.workflows.map((item) =>
      item.workflowId === workflowId ? { ...item, endedAt: at, error } : item,
    ),
  };
}

function endRun(view: RunView, event: RunEventOf<'run.ended'>): RunView {
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
