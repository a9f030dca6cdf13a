import { NO_PHASE } from '../../../src/protocol/view/summarizeRun.ts';
import type {
  AgentView,
  GateView,
  RunView,
  VerifyView,
  WorkflowView,
} from '../../../src/protocol/view/runView.ts';
import {
  matchesAgent,
  matchesGate,
  matchesVerification,
  matchesWorkflow,
  type TreeFilter,
} from './treeFilter.ts';

/** What a row below a phase is about. */
export type LeafContent =
  | { readonly type: 'agent'; readonly agent: AgentView; readonly queuePlace: number }
  | { readonly type: 'verify'; readonly verification: VerifyView }
  | { readonly type: 'gate'; readonly gate: GateView }
  | {
      readonly type: 'workflow';
      readonly workflow: WorkflowView;
      /** Its agents in this phase, those that are filtered out among them. */
      readonly agents: readonly AgentView[];
    };

/** Something that happened in a phase; a child workflow holds its agents. */
export interface Leaf {
  readonly id: string;
  /** When it came; leaves stand in this order. */
  readonly at: number;
  readonly content: LeafContent;
  /** Null for what never has children. */
  readonly children: readonly Leaf[] | null;
}

export interface Phase {
  readonly title: string;
  readonly agents: readonly AgentView[];
  readonly leaves: readonly Leaf[];
  readonly checks: number;
  readonly gates: number;
  readonly commands: number;
}

/** What is shown of each phase, in the order of the phases and then of time. */
export function groupByPhase(view: RunView, filter: TreeFilter): readonly Phase[] {
  const drafts = new PhaseDrafts(view);
  let queuePlace = 0;
  for (const agent of view.agents) {
    if (agent.status === 'queued') queuePlace += 1;
    drafts.addAgent(agent, { queuePlace, filter });
  }
  for (const verification of view.verifications) {
    const draft = drafts.of(verification.phase);
    draft.checks += 1;
    if (!matchesVerification(verification, filter)) continue;
    const content = { type: 'verify', verification } as const;
    draft.leaves.push(leaf(`verify:${verification.verifyId}`, verification.startedAt, content));
  }
  for (const gate of view.gates) {
    const draft = drafts.of(gate.phase);
    if (gate.command === undefined) draft.gates += 1;
    else draft.commands += 1;
    if (!matchesGate(gate, filter)) continue;
    draft.leaves.push(leaf(`gate:${gate.gateId}`, gate.openedAt, { type: 'gate', gate }));
  }
  drafts.addIdleWorkflows(filter);
  const phases = drafts.finish();
  return filter.active ? phases.filter((phase) => phase.leaves.length > 0) : phases;
}

interface WorkflowDraft {
  readonly workflow: WorkflowView;
  readonly agents: AgentView[];
  readonly children: Leaf[];
}

interface PhaseDraft {
  readonly title: string;
  readonly agents: AgentView[];
  readonly leaves: Leaf[];
  readonly workflows: Map<number, WorkflowDraft>;
  checks: number;
  gates: number;
  commands: number;
}

/** Phases while their rows are being collected. */
class PhaseDrafts {
  readonly #byTitle = new Map<string, PhaseDraft>();
  readonly #workflows: ReadonlyMap<number, WorkflowView>;
  readonly #busyWorkflows = new Set<number>();

  constructor(view: RunView) {
    this.#workflows = new Map(view.workflows.map((item) => [item.workflowId, item]));
    for (const title of view.phases) this.of(title);
  }

  of(phase: string | null): PhaseDraft {
    const title = phase ?? NO_PHASE;
    const present = this.#byTitle.get(title);
    if (present !== undefined) return present;
    const lists = { agents: [], leaves: [], workflows: new Map<number, WorkflowDraft>() };
    const draft: PhaseDraft = { title, ...lists, checks: 0, gates: 0, commands: 0 };
    this.#byTitle.set(title, draft);
    return draft;
  }

  addAgent(
    agent: AgentView,
    { queuePlace, filter }: { readonly queuePlace: number; readonly filter: TreeFilter },
  ): void {
    const phase = this.of(agent.phase);
    phase.agents.push(agent);
    const child = this.#workflowOf(agent, phase);
    child?.agents.push(agent);
    if (!matchesAgent(agent, filter)) return;
    const content = { type: 'agent', agent, queuePlace } as const;
    const row = leaf(`agent:${agent.agentId}`, agent.queuedAt, content);
    (child?.children ?? phase.leaves).push(row);
  }

  /** Children that have asked for no agent yet, or did without. */
  addIdleWorkflows(filter: TreeFilter): void {
    for (const workflow of this.#workflows.values()) {
      if (this.#busyWorkflows.has(workflow.workflowId)) continue;
      if (!matchesWorkflow(workflow, filter)) continue;
      this.of(workflow.phase).leaves.push(workflowLeaf({ workflow, agents: [], children: [] }));
    }
  }

  finish(): readonly Phase[] {
    return [...this.#byTitle.values()].map((draft) => {
      const children = [...draft.workflows.values()]
        .filter((workflow) => workflow.children.length > 0)
        .map((workflow) => workflowLeaf(workflow, draft.title));
      const leaves = [...draft.leaves, ...children].sort((a, b) => a.at - b.at);
      return { ...draft, leaves };
    });
  }

  #workflowOf(agent: AgentView, phase: PhaseDraft): WorkflowDraft | null {
    const { workflowId } = agent;
    if (workflowId === null) return null;
    const workflow = this.#workflows.get(workflowId);
    if (workflow === undefined) return null;
    this.#busyWorkflows.add(workflowId);
    const present = phase.workflows.get(workflowId);
    if (present !== undefined) return present;
    const draft = { workflow, agents: [], children: [] };
    phase.workflows.set(workflowId, draft);
    return draft;
  }
}

// A child may work in several phases and then has a row in each.
function workflowLeaf({ workflow, agents, children }: WorkflowDraft, phase = ''): Leaf {
  const id = `workflow:${workflow.workflowId}:${phase}`;
  const content = { type: 'workflow', workflow, agents } as const;
  return { id, at: workflow.startedAt, content, children: children.length > 0 ? children : null };
}

function leaf(id: string, at: number, content: LeafContent): Leaf {
  return { id, at, content, children: null };
}
