/** What a reader could take for done and is not. */
import { plural } from '../../../base/format.ts';
import type { ErrorCode } from '../../../protocol/errorCodes.ts';
import { hasNoChange } from '../../../protocol/view/noChange.ts';
import type { AgentView, RunView } from '../../../protocol/view/runView.ts';
import { countStatuses } from '../../../protocol/view/summarizeRun.ts';
import { code, firstRows, plain } from './markdown.ts';
import type { ReportFacts } from './reportFacts.ts';

/** Rows of one kind: a kind with very many must not push the others out of sight. */
const MAX_ROWS_OF_A_KIND = 10;

/** Names of agents in one row. */
const MAX_NAMES = 5;

const MAX_MESSAGE_CHARS = 300;

/** The log line that parallel() and pipeline() write for each slot that they leave null. */
const DROPPED_ITEM = /^(?:parallel|pipeline)\[\d+\] failed: /u;

/** Bounds that belong to one agent. */
const OWN_LIMITS: ReadonlySet<ErrorCode> = new Set(['agent_limit', 'agent_timeout', 'max_turns']);

/** The section "Not covered"; '' when there is nothing to say. */
export function describeGaps(view: RunView, facts: ReportFacts): string {
  const kinds = [
    agentRows(view),
    limitRows(view, facts),
    commandRows(facts),
    refusedRows(facts),
    droppedRows(view),
    conflictRows(view),
    facts.leftOut.map((line) => `- Not in the snapshot: ${plain(line)}`),
    warningRows(view, facts),
    view.droppedLogs > 0 ? [`- ${plural(view.droppedLogs, 'log line')} not kept`] : [],
  ];
  const rows = kinds.flatMap((kind) => firstRows(kind, MAX_ROWS_OF_A_KIND));
  return rows.length === 0 ? '' : ['## Not covered', '', ...rows].join('\n');
}

/** Agents that gave the script null, or changed nothing although they were to. */
function agentRows(view: RunView): readonly string[] {
  const counts = countStatuses(view.agents);
  const unfinished = counts.queued + counts.running;
  const nulls = (['failed', 'skipped', 'cancelled'] as const).flatMap((status) =>
    counts[status] > 0
      ? [`- ${plural(counts[status], 'agent')} ${status}: returned null to the script`]
      : [],
  );
  const idle = view.agents.filter(hasNoChange);
  const noChange = `${plural(idle.length, 'agent')} succeeded without changes, although asked to edit`;
  return [
    ...nulls,
    ...(unfinished > 0 ? [`- ${plural(unfinished, 'agent')} not finished`] : []),
    ...(idle.length > 0 ? [`- ${noChange}: ${namesOf(idle)}`] : []),
  ];
}

function namesOf(agents: readonly AgentView[]): string {
  const names = agents.slice(0, MAX_NAMES).map(({ label }) => plain(label));
  const rest = agents.length - names.length;
  return `${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function limitRows(view: RunView, { holds }: ReportFacts): readonly string[] {
  const atOwnLimit = view.agents.filter(
    ({ status, error }) => status === 'failed' && error !== null && OWN_LIMITS.has(error.code),
  );
  return [
    ...(view.pauseReason === 'limit' ? ['- The run stopped at a limit'] : []),
    ...holds.map((message) => `- Held: ${cut(message)}`),
    ...(atOwnLimit.length > 0
      ? [
          `- ${plural(atOwnLimit.length, 'agent')} stopped at a limit of ${atOwnLimit.length === 1 ? 'its' : 'their'} own: ${namesOf(atOwnLimit)}`,
        ]
      : []),
  ];
}

function commandRows({ unfinished }: ReportFacts): readonly string[] {
  return unfinished.map(({ command, cwd }) => {
    const place = cwd === '' ? '' : ` in ${code(cwd)}`;
    return `- Required, but never completed: ${code(command)}${place}`;
  });
}

function refusedRows({ refused }: ReportFacts): readonly string[] {
  return refused.map(({ method, message }) => `- Refused ${method}() call: ${cut(message)}`);
}

function droppedRows({ logs }: RunView): readonly string[] {
  const lines = logs.filter(({ message }) => DROPPED_ITEM.test(message));
  if (lines.length === 0) return [];
  const rows = firstRows(
    lines.map(({ message }) => `  - ${cut(message)}`),
    MAX_NAMES,
  );
  return [[`- ${plural(lines.length, 'item')} dropped (null in the script):`, ...rows].join('\n')];
}

function conflictRows({ agents }: RunView): readonly string[] {
  return agents.flatMap((agent) =>
    agent.conflictPaths.map(
      (path) => `- ${code(path)}: edits by ${plain(agent.label)} did not fit and were kept aside`,
    ),
  );
}

/** A refusal is warned of, too; it has its own row. */
function warningRows({ logs }: RunView, { refused }: ReportFacts): readonly string[] {
  const known = new Set(refused.map(({ message }) => message));
  return logs
    .filter(({ level, message }) => level === 'warning' && !known.has(message))
    .filter(({ message }) => !DROPPED_ITEM.test(message))
    .map(({ message }) => `- ${cut(message)}`);
}

function cut(message: string): string {
  return plain(message, MAX_MESSAGE_CHARS);
}
