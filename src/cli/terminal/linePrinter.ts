import { formatDuration, plural } from '../../base/format.ts';
import { receiptDetails, receiptLine } from '../../core/evidence/receiptLine.ts';
import { hasNoChange } from '../../protocol/view/noChange.ts';
import type { RunEvent } from '../../protocol/events/runEvents.ts';
import type { Receipt } from '../../protocol/receipt.ts';
import type { AgentView, RunView } from '../../protocol/view/runView.ts';
import { printLine, type OutputStream } from '../cliContext.ts';
import type { RunPrinter } from './runPrinter.ts';

/** One plain line for each thing that ended, for logs and pipes. */
export function createLinePrinter(out: OutputStream): RunPrinter {
  return {
    show: (event, view) => {
      const text = describeEvent(event, view);
      if (text !== null) printLine(out, text);
    },
    end: () => undefined,
  };
}

function describeEvent(event: RunEvent, view: RunView): string | null {
  switch (event.type) {
    case 'run.started':
      return `run ${event.runId} started: ${event.meta.name}, ${plural(event.snapshotFiles, 'file')} in the snapshot`;
    case 'phase.started':
      return `▸ ${event.title}`;
    case 'log':
      return `  ${event.message}`;
    case 'agent.ended': {
      const agent = view.agents[event.agentId - 1];
      return agent === undefined ? null : `  ${agentLine(agent)}`;
    }
    case 'verify.started':
      return `  verify ${event.command} …`;
    case 'verify.ended':
      if (event.receipt !== null) return verifyLines(event.receipt);
      return `  verify could not run: ${event.error?.message ?? ''}`;
    case 'run.state':
      return `  run ${event.state}${event.message === null ? '' : `: ${event.message}`}`;
    default:
      return null;
  }
}

function verifyLines(receipt: Receipt): string {
  const details = receiptDetails(receipt).map((line) => `\n    ${line}`);
  return `  verify ${receiptLine(receipt)}${details.join('')}`;
}

const SYMBOLS = {
  queued: '·',
  running: '…',
  ok: '✓',
  failed: '✗',
  skipped: '-',
  cancelled: '-',
} as const;

/** An agent in one line: state, label, what came of it. */
export function agentLine(agent: AgentView): string {
  const { status, label, startedAt, endedAt } = agent;
  const elapsed =
    startedAt === null || endedAt === null ? '' : ` (${formatDuration(endedAt - startedAt)})`;
  return `${SYMBOLS[status]} ${status} ${label}${elapsed}: ${agentDetail(agent)}`;
}

function agentDetail(agent: AgentView): string {
  if (agent.error !== null) return agent.error.message;
  if (agent.status === 'running') return agent.activity;
  const changed = agent.changedPaths.length;
  if (hasNoChange(agent)) return `no change; ${agent.valuePreview}`;
  return changed === 0 ? agent.valuePreview : `${plural(changed, 'file')} changed`;
}
