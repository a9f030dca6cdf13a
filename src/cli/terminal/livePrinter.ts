import { createLogUpdate } from 'log-update';
import { formatCount, formatDuration, formatUsd, oneLine } from '../../base/format.ts';
import { terminalText } from '../../base/visibleText.ts';
import { EVENT_BATCH_MS } from '../../core/limits.ts';
import type { RunView } from '../../protocol/view/runView.ts';
import { countStatuses, summarizeRun } from '../../protocol/view/summarizeRun.ts';
import type { OutputStream } from '../cliContext.ts';
import { agentLine } from './linePrinter.ts';
import type { RunPrinter } from './runPrinter.ts';

/** Running and failed agents that fit on a screen beside the phases. */
const MAX_AGENT_ROWS = 12;

/** A live tree that redraws in place, for terminals. */
export function createLivePrinter(out: OutputStream, nowMs: () => number): RunPrinter {
  const update = createLogUpdate(out);
  let lastDrawnMs = -Infinity;
  const width = (): number => out.columns ?? 80;
  return {
    show: (_event, view) => {
      if (nowMs() - lastDrawnMs < EVENT_BATCH_MS) return;
      lastDrawnMs = nowMs();
      update(drawRun(view, nowMs(), width()));
    },
    end: (view) => {
      update(drawRun(view, view.endedAt ?? nowMs(), width()));
      update.done();
    },
  };
}

function drawRun(view: RunView, nowMs: number, width: number): string {
  const counts = countStatuses(view.agents);
  const done = counts.ok + counts.failed + counts.skipped + counts.cancelled;
  const tokens = formatCount(view.usage.inputTokens + view.usage.outputTokens);
  const head = `${view.meta.name} · ${view.state} · ${done}/${view.agents.length} agents · ${formatDuration(nowMs - view.startedAt)} · ${tokens} tokens · ${formatUsd(view.usd)}`;
  return [head, ...phaseRows(view), ...agentRows(view), ...verifyRows(view)]
    .map((row) => oneLine(terminalText(row), width) || ' ')
    .join('\n');
}

function phaseRows(view: RunView): string[] {
  return summarizeRun(view).phases.map(({ title, counts }) => {
    const parts = Object.entries(counts).filter(([, count]) => count > 0);
    return `▸ ${title}  ${parts.map(([status, count]) => `${count} ${status}`).join(', ')}`;
  });
}

function agentRows(view: RunView): string[] {
  const failed = view.agents.filter((agent) => agent.status === 'failed');
  const running = view.agents.filter((agent) => agent.status === 'running');
  return [...failed, ...running].slice(0, MAX_AGENT_ROWS).map((agent) => `• ${agentLine(agent)}`);
}

function verifyRows(view: RunView): string[] {
  return view.verifications.map(
    (item) => `• verify ${item.command}${item.endedAt === null ? ' …' : ''}`,
  );
}
