import type {
  AgentStatus,
  AgentView,
  GateView,
  VerifyView,
  WorkflowView,
} from '../../../src/protocol/view/runView.ts';
import { describeVerification } from '../shared/stateWords.ts';

/** What the user wants to see of a run. */
export interface TreeFilter {
  readonly text: string;
  readonly status: AgentStatus | null;
  /** True when it leaves anything out. */
  readonly active: boolean;
}

/** Makes a filter of what stands in the filter bar. */
export function makeFilter(text: string, status: AgentStatus | null): TreeFilter {
  const trimmed = text.trim().toLowerCase();
  return { text: trimmed, status, active: trimmed !== '' || status !== null };
}

/** True when the agent is to be shown. */
export function matchesAgent(agent: AgentView, filter: TreeFilter): boolean {
  if (filter.status !== null && agent.status !== filter.status) return false;
  if (filter.text === '') return true;
  const texts = [agent.label, agent.model, agent.activity, agent.valuePreview];
  return includesText([...texts, agent.error?.message ?? '', ...agent.changedPaths], filter.text);
}

/** True when the verification is to be shown; states of agents stand for the like of commands. */
export function matchesVerification(item: VerifyView, filter: TreeFilter): boolean {
  if (filter.status !== null && statusOf(item) !== filter.status) return false;
  return filter.text === '' || includesText([item.label, item.command], filter.text);
}

/** True when the gate is to be shown; an open one counts as running, an approved one as done. */
export function matchesGate(gate: GateView, filter: TreeFilter): boolean {
  if (filter.status !== null && statusOfGate(gate) !== filter.status) return false;
  return filter.text === '' || includesText([gate.question, gate.note], filter.text);
}

/** True when a child workflow without agents is to be shown; it has no state of an agent. */
export function matchesWorkflow(workflow: WorkflowView, filter: TreeFilter): boolean {
  if (filter.status !== null) return false;
  return filter.text === '' || includesText([workflow.name, workflow.source], filter.text);
}

function statusOfGate(gate: GateView): AgentStatus | null {
  if (gate.approved === null) return 'running';
  return gate.approved ? 'ok' : null;
}

function statusOf(item: VerifyView): AgentStatus {
  const { tone } = describeVerification(item);
  if (tone === 'running') return 'running';
  return tone === 'ok' ? 'ok' : 'failed';
}

function includesText(texts: readonly string[], wanted: string): boolean {
  return texts.some((text) => text.toLowerCase().includes(wanted));
}
