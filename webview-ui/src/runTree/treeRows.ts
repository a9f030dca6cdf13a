import { countStatuses, type StatusCounts } from '../../../src/protocol/view/summarizeRun.ts';
import type { RunView } from '../../../src/protocol/view/runView.ts';
import { canBeControlled } from '../shared/runSituation.ts';
import type { TreeFilter } from './treeFilter.ts';
import { groupByPhase, type Leaf, type LeafContent, type Phase } from './treePhases.ts';

interface RowPlace {
  readonly id: string;
  readonly level: number;
  readonly setSize: number;
  readonly positionInSet: number;
  /** Null for rows that have no children. */
  readonly expanded: boolean | null;
  readonly parentId: string | null;
}

/** A row of something that happens in a phase. */
export type LeafRow = RowPlace & LeafContent & { readonly runId: string; readonly isLive: boolean };

export type TreeRow =
  | (RowPlace & { readonly type: 'run'; readonly view: RunView })
  | (RowPlace & {
      readonly type: 'phase';
      readonly title: string;
      readonly counts: StatusCounts;
      /** Number of verifications, of gates, and of questions about commands. */
      readonly checks: number;
      readonly gates: number;
      readonly commands: number;
    })
  | LeafRow
  | (RowPlace & { readonly type: 'logs'; readonly count: number; readonly dropped: number })
  | (RowPlace & { readonly type: 'log'; readonly line: RunView['logs'][number] });

export interface TreeRowsOptions {
  readonly filter: TreeFilter;
  readonly collapsed: ReadonlySet<string>;
}

const RUN_ROW_ID = 'run';
export const LOGS_ROW_ID = 'logs';

/** The rows of a run in reading order, as far as they are not filtered out or folded away. */
export function buildTreeRows(view: RunView, options: TreeRowsOptions): readonly TreeRow[] {
  const phases = groupByPhase(view, options.filter);
  const showLogs = view.logs.length > 0 && !options.filter.active;
  const expanded = !options.collapsed.has(RUN_ROW_ID);
  const root: TreeRow = {
    type: 'run',
    id: RUN_ROW_ID,
    level: 1,
    setSize: 1,
    positionInSet: 1,
    parentId: null,
    expanded,
    view,
  };
  if (!expanded) return [root];
  const setSize = phases.length + (showLogs ? 1 : 0);
  const context = { view, isLive: canBeControlled(view), collapsed: options.collapsed };
  const phaseRows = phases.flatMap((phase, index) =>
    rowsOfPhase(phase, { setSize, positionInSet: index + 1 }, context),
  );
  const logRows = showLogs ? rowsOfLogs(view, setSize, options.collapsed) : [];
  return [root, ...phaseRows, ...logRows];
}

/** What the rows of one run have in common. */
interface RowContext {
  readonly view: RunView;
  readonly isLive: boolean;
  readonly collapsed: ReadonlySet<string>;
}

function rowsOfPhase(
  phase: Phase,
  place: Pick<RowPlace, 'setSize' | 'positionInSet'>,
  context: RowContext,
): readonly TreeRow[] {
  const id = `phase:${phase.title}`;
  const expanded = phase.leaves.length === 0 ? null : !context.collapsed.has(id);
  const head: TreeRow = {
    type: 'phase',
    id,
    level: 2,
    parentId: RUN_ROW_ID,
    expanded,
    ...place,
    title: phase.title,
    counts: countStatuses(phase.agents),
    checks: phase.checks,
    gates: phase.gates,
    commands: phase.commands,
  };
  if (expanded !== true) return [head];
  return [head, ...rowsOfLeaves(phase.leaves, { id, level: 2 }, context)];
}

function rowsOfLeaves(
  leaves: readonly Leaf[],
  parent: Pick<RowPlace, 'id' | 'level'>,
  context: RowContext,
): readonly TreeRow[] {
  return leaves.flatMap((leaf, index) => {
    const { id, content, children } = leaf;
    const expanded = children === null ? null : !context.collapsed.has(id);
    const level = parent.level + 1;
    const row: TreeRow = {
      id,
      level,
      expanded,
      parentId: parent.id,
      setSize: leaves.length,
      positionInSet: index + 1,
      runId: context.view.runId,
      isLive: context.isLive,
      ...content,
    };
    return expanded === true ? [row, ...rowsOfLeaves(children ?? [], row, context)] : [row];
  });
}

function rowsOfLogs(
  view: RunView,
  setSize: number,
  collapsed: ReadonlySet<string>,
): readonly TreeRow[] {
  const expanded = !collapsed.has(LOGS_ROW_ID);
  const head: TreeRow = {
    type: 'logs',
    id: LOGS_ROW_ID,
    level: 2,
    parentId: RUN_ROW_ID,
    expanded,
    setSize,
    positionInSet: setSize,
    count: view.logs.length,
    dropped: view.droppedLogs,
  };
  if (!expanded) return [head];
  const lines = view.logs.map((line, index): TreeRow => ({
    type: 'log',
    id: `log:${index}`,
    level: 3,
    parentId: LOGS_ROW_ID,
    expanded: null,
    setSize: view.logs.length,
    positionInSet: index + 1,
    line,
  }));
  return [head, ...lines];
}
