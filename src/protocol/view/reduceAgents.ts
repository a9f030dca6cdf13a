import { assertNever } from '../../base/assertNever.ts';
import { addTokens, NO_TOKENS } from '../runLimits.ts';
import type { RunEventOf } from '../events/runEvents.ts';
import { updateAgent, withPhase } from './changeView.ts';
import type { AgentView, RunView } from './runView.ts';

type AgentEvent = RunEventOf<
  'agent.queued' | 'agent.started' | 'agent.progress' | 'agent.ended' | 'agent.replayed'
>;

/** What the events of agents make of a view. */
export function applyAgentEvent(view: RunView, event: AgentEvent): RunView {
  switch (event.type) {
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
    case 'agent.replayed':
      return replayAgent(view, event);
    default:
      return assertNever(event);
  }
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
    usage: NO_TOKENS,
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

function replayAgent(view: RunView, event: RunEventOf<'agent.replayed'>): RunView {
  const { label, phase, group, conflictPaths } = event;
  const change = { label, phase, group, conflictPaths, cached: true };
  return updateAgent(withPhase(view, phase), event.agentId, change);
}

/** Counts a command that an agent ran. */
export function countCommand(view: RunView, event: RunEventOf<'command.ended'>): RunView {
  const agent = view.agents.find(({ agentId }) => agentId === event.agentId);
  const { ran, unsandboxed } = agent?.commands ?? { ran: 0, unsandboxed: 0 };
  const isUnsandboxed = event.sandbox === 'none';
  const commands = { ran: ran + 1, unsandboxed: unsandboxed + (isUnsandboxed ? 1 : 0) };
  return updateAgent(view, event.agentId, { commands });
}

/** An agent that its session left behind will not go on. */
export function endUnfinished(agent: AgentView): AgentView {
  if (agent.status !== 'queued' && agent.status !== 'running') return agent;
  return { ...agent, status: 'cancelled', activity: '' };
}
