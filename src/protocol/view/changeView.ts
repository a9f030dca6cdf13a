import type { AgentView, RunView } from './runView.ts';

/** The view with some facts of one agent changed. */
export function updateAgent(view: RunView, agentId: number, change: Partial<AgentView>): RunView {
  const agent = view.agents[agentId - 1];
  if (agent === undefined) throw new Error(`Run ${view.runId} has no agent ${agentId}.`);
  return { ...view, agents: view.agents.with(agentId - 1, { ...agent, ...change }) };
}

/** The view in which this phase has begun. */
export function withPhase(view: RunView, title: string | null): RunView {
  if (title === null || view.phases.includes(title)) return view;
  return { ...view, phases: [...view.phases, title] };
}
