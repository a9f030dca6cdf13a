import { NO_PHASE, countStatuses, type StatusCounts } from '../../../src/protocol/summarizeRun.ts';
import type { AgentView, RunView, VerifyView } from '../../../src/protocol/runView.ts';
import { matchesAgent, matchesVerification, type TreeFilter } from './treeFilter.ts';

interface RowPlace {
  readonly id: string;
  readonly level: number;
  readonly setSize: number;
  readonly positionInSet: number;
  /** Null for rows that have no children. */
  readonly expanded: boolean | null;
  readonly parentId: string | null;
}

export type TreeRow =
  | (RowPlace & { readonly type: 'run'; readonly view: RunView })
  | (RowPlace & {
      readonly type: 'phase';
      readonly title: string;
      readonly counts: StatusCounts;
      /** Number of verifications. */
      readonly checks: number;
    })
  | (RowPlace & { readonly type: 'agent'; readonly agent: AgentView; readonly queuePlace: number })
  | (RowPlace & { readonly type: 'verify'; readonly verification: VerifyView })
  | (RowPlace & { readonly type: 'logs'; readonly count: number; readonly dropped: number })
  | (RowPlace & { readonly type: 'log'; readonly line: RunView['logs'][number] });

export interface TreeRowsOptions {
  readonly filter: TreeFilter;
  readonly collapsed: ReadonlySet<string>;
}

type Leaf =
  | { readonly at: number; readonly type: 'agent'; readonly agent: AgentView; queuePlace: number }
  | { readonly at: number; readonly type: 'verify'; readonly verification: VerifyView };

interface Phase {
  readonly title: string;
  readonly agents: AgentView[];
  readonly leaves: Leaf[];
  checks: number;
}

export const runRowId = 'run';
export const logsRowId = 'logs';

/** The rows of a run in reading order, as far as they are not filtered out or folded away. */
export function buildTreeRows(view: RunView, options: TreeRowsOptions): readonly TreeRow[] {
  const phases = groupByPhase(view, options.filter);
  const showLogs = view.logs.length > 0 && !options.filter.active;
  const expanded = !options.collapsed.has(runRowId);
  const root: TreeRow = {
    ...{ type: 'run', id: runRowId, level: 1, setSize: 1, positionInSet: 1 },
    ...{ parentId: null, expanded, view },
  };
  if (!expanded) return [root];
  const setSize = phases.length + (showLogs ? 1 : 0);
  const phaseRows = phases.flatMap((phase, index) =>
    rowsOfPhase(phase, { setSize, positionInSet: index + 1, collapsed: options.collapsed }),
  );
  const logRows = showLogs ? rowsOfLogs(view, setSize, options.collapsed) : [];
  return [root, ...phaseRows, ...logRows];
}

function groupByPhase(view: RunView, filter: TreeFilter): readonly Phase[] {
  const byTitle = new Map<string, Phase>();
  const phaseOf = (title: string): Phase => {
    const phase = byTitle.get(title) ?? { title, agents: [], leaves: [], checks: 0 };
    byTitle.set(title, phase);
    return phase;
  };
  view.phases.forEach(phaseOf);
  let queuePlace = 0;
  for (const agent of view.agents) {
    const phase = phaseOf(agent.phase ?? NO_PHASE);
    phase.agents.push(agent);
    if (agent.status === 'queued') queuePlace += 1;
    if (matchesAgent(agent, filter)) {
      phase.leaves.push({ at: agent.queuedAt, type: 'agent', agent, queuePlace });
    }
  }
  for (const verification of view.verifications) {
    const phase = phaseOf(verification.phase ?? NO_PHASE);
    phase.checks += 1;
    if (!matchesVerification(verification, filter)) continue;
    phase.leaves.push({ at: verification.startedAt, type: 'verify', verification });
  }
  const phases = [...byTitle.values()];
  for (const phase of phases) phase.leaves.sort((a, b) => a.at - b.at);
  return filter.active ? phases.filter((phase) => phase.leaves.length > 0) : phases;
}

interface PhasePlace {
  readonly setSize: number;
  readonly positionInSet: number;
  readonly collapsed: ReadonlySet<string>;
}

function rowsOfPhase(phase: Phase, place: PhasePlace): readonly TreeRow[] {
  const id = `phase:${phase.title}`;
  const expanded = phase.leaves.length === 0 ? null : !place.collapsed.has(id);
  const head: TreeRow = {
    ...{ type: 'phase', id, level: 2, parentId: runRowId, expanded },
    ...{ setSize: place.setSize, positionInSet: place.positionInSet },
    ...{ title: phase.title, counts: countStatuses(phase.agents), checks: phase.checks },
  };
  if (expanded !== true) return [head];
  const leaves = phase.leaves.map((leaf, index) =>
    rowOfLeaf(leaf, {
      ...{ level: 3, expanded: null, parentId: id },
      ...{ setSize: phase.leaves.length, positionInSet: index + 1 },
    }),
  );
  return [head, ...leaves];
}

function rowOfLeaf(leaf: Leaf, place: Omit<RowPlace, 'id'>): TreeRow {
  if (leaf.type === 'agent') {
    const { agent, queuePlace } = leaf;
    return { ...place, type: 'agent', id: `agent:${agent.agentId}`, agent, queuePlace };
  }
  const { verification } = leaf;
  return { ...place, type: 'verify', id: `verify:${verification.verifyId}`, verification };
}

function rowsOfLogs(
  view: RunView,
  setSize: number,
  collapsed: ReadonlySet<string>,
): readonly TreeRow[] {
  const expanded = !collapsed.has(logsRowId);
  const head: TreeRow = {
    ...{ type: 'logs', id: logsRowId, level: 2, parentId: runRowId, expanded },
    ...{ setSize, positionInSet: setSize, count: view.logs.length, dropped: view.droppedLogs },
  };
  if (!expanded) return [head];
  const lines = view.logs.map((line, index): TreeRow => ({
    ...{ type: 'log', id: `log:${index}`, level: 3, parentId: logsRowId, expanded: null },
    ...{ setSize: view.logs.length, positionInSet: index + 1, line },
  }));
  return [head, ...lines];
}
