import { formatCount, formatUsd, oneLine, plural } from '../../../src/base/format.ts';
import { visibleText } from '../../../src/base/visibleText.ts';
import { commandLine } from '../../../src/protocol/view/commandQuestion.ts';
import type { GateView } from '../../../src/protocol/view/runView.ts';
import { countStatuses } from '../../../src/protocol/view/summarizeRun.ts';
import { describeElapsed } from '../shared/clock.ts';
import { describeProgress, describeReceipt, totalCount } from '../shared/runFacts.ts';
import {
  describeAgent,
  describeGate,
  describeRunState,
  describeVerification,
  describeWorkflow,
  type StateWords,
} from '../shared/stateWords.ts';
import type { TreeRow } from './treeRows.ts';

/** Longest detail that a row carries; what is cut is in the transcript. */
const MAX_DETAIL_CHARS = 300;

/** Longest command in a row, which leaves room for where it would run; its question has all of it. */
const MAX_COMMAND_CHARS = 200;

/** A sort of row in an icon and a word. */
interface RowKind {
  readonly icon: string;
  readonly text: string;
}

const KINDS = {
  verify: { icon: 'beaker', text: 'Check' },
  gate: { icon: 'question', text: 'Gate' },
  command: { icon: 'terminal', text: 'Command' },
  workflow: { icon: 'type-hierarchy-sub', text: 'Workflow' },
} as const;

/** What one row says, in the order of its columns. */
export interface RowText {
  readonly words: StateWords | null;
  /** What sort of row it is, where it is no agent. */
  readonly kind: RowKind | null;
  readonly label: string;
  /** Activity, result or cause, on one line. */
  readonly detail: string;
  readonly model: string;
  readonly elapsed: string;
  readonly tokens: string;
  readonly cost: string;
  readonly files: string;
}

const NOTHING = { kind: null, detail: '', model: '', elapsed: '', tokens: '', cost: '', files: '' };

/** Puts a row into words; reads the clock only for what is still running. */
export function describeRow(row: TreeRow): RowText {
  switch (row.type) {
    case 'run':
      return describeRunRow(row);
    case 'phase':
      return { ...NOTHING, words: null, label: row.title, detail: describePhase(row) };
    case 'agent':
      return describeAgentRow(row);
    case 'verify':
      return describeVerifyRow(row);
    case 'gate':
      return describeGateRow(row);
    case 'workflow':
      return describeWorkflowRow(row);
    case 'logs':
      return describeLogsRow(row);
    case 'log':
      return {
        ...NOTHING,
        words:
          row.line.level === 'warning'
            ? { icon: 'warning', text: 'Warning', tone: 'warning' }
            : { icon: 'info', text: 'Info', tone: 'muted' },
        label: row.line.message,
      };
  }
}

function describeRunRow({ view }: Extract<TreeRow, { type: 'run' }>): RowText {
  const detail = oneLine(view.request, MAX_DETAIL_CHARS);
  const openGates = view.gates.filter((gate) => gate.approved === null).length;
  const words = describeRunState(view, openGates);
  return { ...NOTHING, words, label: view.meta.name, detail };
}

function describePhase(row: Extract<TreeRow, { type: 'phase' }>): string {
  const { counts, checks, gates, commands } = row;
  const parts = [
    totalCount(counts) > 0 ? describeProgress(counts) : null,
    checks > 0 ? plural(checks, 'check') : null,
    gates > 0 ? plural(gates, 'gate') : null,
    commands > 0 ? plural(commands, 'command question') : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'Not started' : parts.join(', ');
}

function describeAgentRow({ agent, queuePlace }: Extract<TreeRow, { type: 'agent' }>): RowText {
  const { usage, startedAt, changedPaths, conflictPaths } = agent;
  const tokens = usage.inputTokens + usage.outputTokens;
  const started = startedAt !== null;
  const spent = started && agent.status !== 'running';
  // A rule of the offline provider costs nothing: its rows need no column of noughts.
  const isFree = tokens === 0 && agent.usd === 0;
  return {
    ...NOTHING,
    words: describeAgent(agent),
    label: agent.label,
    detail: oneLine(agentDetail(agent, queuePlace), MAX_DETAIL_CHARS),
    model: agent.model,
    elapsed: started ? describeElapsed(startedAt, agent.endedAt) : '',
    tokens: started && !isFree ? formatCount(tokens) : '',
    cost: spent && !isFree ? formatUsd(agent.usd) : '',
    files: describeFiles(changedPaths.length, conflictPaths.length),
  };
}

function agentDetail(
  agent: Extract<TreeRow, { type: 'agent' }>['agent'],
  queuePlace: number,
): string {
  if (agent.status === 'queued') return `number ${queuePlace} in the queue`;
  if (agent.error !== null) return agent.error.message;
  if (agent.status === 'running') return agent.activity;
  return agent.valuePreview;
}

function describeFiles(changed: number, conflicts: number): string {
  const parts = [
    changed === 0 ? null : plural(changed, 'file'),
    conflicts === 0 ? null : plural(conflicts, 'conflict'),
  ];
  return parts.filter((part) => part !== null).join(', ');
}

function describeVerifyRow({ verification }: Extract<TreeRow, { type: 'verify' }>): RowText {
  const { receipt, error, startedAt, endedAt } = verification;
  const outcome = receipt === null ? '' : describeReceipt(receipt);
  return {
    ...NOTHING,
    words: describeVerification(verification),
    kind: KINDS.verify,
    label: verification.label,
    detail: [verification.command, error?.message ?? outcome].filter(Boolean).join(' — '),
    elapsed: describeElapsed(startedAt, endedAt),
  };
}

function describeGateRow({ gate, isLive }: Extract<TreeRow, { type: 'gate' }>): RowText {
  return {
    ...NOTHING,
    words: describeGate(gate, { isLive }),
    ...describeQuestion(gate),
    elapsed:
      gate.answeredAt === null && !isLive ? '' : describeElapsed(gate.openedAt, gate.answeredAt),
  };
}

function describeQuestion(gate: GateView): Pick<RowText, 'kind' | 'label' | 'detail'> {
  const { command, approved, details, note, question } = gate;
  if (command === undefined) {
    const label = oneLine(question, MAX_DETAIL_CHARS);
    // JSON has its braces on lines of their own.
    const detail = (approved === null ? details : note).replaceAll(/\s+/gu, ' ');
    return { kind: KINDS.gate, label, detail: oneLine(detail, MAX_DETAIL_CHARS) };
  }
  const text = oneLine(commandLine(command.command), MAX_COMMAND_CHARS);
  const place = command.cwd === '' ? '' : `in ${visibleText(command.cwd)}`;
  const more = [place, note].filter(Boolean).join(', ');
  const detail = [text, more].filter(Boolean).join(' — ');
  return { kind: KINDS.command, label: visibleText(command.agentLabel), detail };
}

function describeWorkflowRow(row: Extract<TreeRow, { type: 'workflow' }>): RowText {
  const { workflow, agents, isLive } = row;
  const progress = agents.length === 0 ? workflow.source : describeProgress(countStatuses(agents));
  const stopped = workflow.endedAt === null && !isLive;
  return {
    ...NOTHING,
    words: describeWorkflow(workflow, { isLive }),
    kind: KINDS.workflow,
    label: workflow.name,
    detail: oneLine(workflow.error ?? progress, MAX_DETAIL_CHARS),
    elapsed: stopped ? '' : describeElapsed(workflow.startedAt, workflow.endedAt),
  };
}

function describeLogsRow({ count, dropped }: Extract<TreeRow, { type: 'logs' }>): RowText {
  const detail = plural(count, 'line') + (dropped > 0 ? `, ${dropped} more not shown` : '');
  return { ...NOTHING, words: null, label: 'Log', detail };
}
