import { formatCount, formatUsd, oneLine, plural } from '../../../src/base/format.ts';
import { describeElapsed } from '../shared/clock.ts';
import { describeProgress, describeReceipt, totalCount } from '../shared/runFacts.ts';
import {
  agentWords,
  describeVerification,
  runWords,
  type StateWords,
} from '../shared/stateWords.ts';
import type { TreeRow } from './treeRows.ts';

/** Longest detail that a row carries; what is cut is in the transcript. */
const maxDetailChars = 300;

/** What one row says, in the order of its columns. */
export interface RowText {
  readonly words: StateWords | null;
  readonly label: string;
  /** Activity, result or cause, on one line. */
  readonly detail: string;
  readonly model: string;
  readonly elapsed: string;
  readonly tokens: string;
  readonly cost: string;
  readonly files: string;
}

const nothing = { detail: '', model: '', elapsed: '', tokens: '', cost: '', files: '' };

/** Puts a row into words; reads the clock only for what is still running. */
export function describeRow(row: TreeRow): RowText {
  switch (row.type) {
    case 'run':
      return describeRunRow(row);
    case 'phase':
      return { ...nothing, words: null, label: row.title, detail: describePhase(row) };
    case 'agent':
      return describeAgentRow(row);
    case 'verify':
      return describeVerifyRow(row);
    case 'logs':
      return describeLogsRow(row);
    case 'log':
      return {
        ...nothing,
        words:
          row.line.level === 'warning'
            ? { icon: 'warning', text: 'Warning', tone: 'warning' }
            : { icon: 'info', text: 'Info', tone: 'muted' },
        label: row.line.message,
      };
  }
}

function describeRunRow({ view }: Extract<TreeRow, { type: 'run' }>): RowText {
  const detail = oneLine(view.request, maxDetailChars);
  return { ...nothing, words: runWords[view.state], label: view.meta.name, detail };
}

function describePhase({ counts, checks }: Extract<TreeRow, { type: 'phase' }>): string {
  const parts = [
    totalCount(counts) > 0 ? describeProgress(counts) : null,
    checks > 0 ? plural(checks, 'check') : null,
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
    words: agentWords[agent.status],
    label: agent.label,
    detail: oneLine(agentDetail(agent, queuePlace), maxDetailChars),
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
  if (agent.status === 'queued') return `place ${queuePlace} in the queue`;
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
    ...nothing,
    words: describeVerification(verification),
    label: verification.label,
    detail: [verification.command, error?.message ?? outcome].filter(Boolean).join(' — '),
    elapsed: describeElapsed(startedAt, endedAt),
  };
}

function describeLogsRow({ count, dropped }: Extract<TreeRow, { type: 'logs' }>): RowText {
  const detail = plural(count, 'line') + (dropped > 0 ? `, ${dropped} more left out` : '');
  return { ...nothing, words: null, label: 'Log', detail };
}
