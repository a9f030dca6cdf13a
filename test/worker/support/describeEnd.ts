import { parseJson } from '../../../src/base/json.ts';
import type { ScriptOutcome } from '../../../src/protocol/threads/scriptMessages.ts';
import type { RunEventOf } from '../../../src/protocol/events/runEvents.ts';
import type { RunBench } from '../../support/runBench.ts';
import type { SteppedEnd } from './steppedRun.ts';

/** A run as text for a golden file: how it ended, its agents, phases and log lines, what the script gave. */
export function describeEnd({ bench, ended, outcome }: SteppedEnd): string {
  const { status, reason, verdict } = ended;
  const sections = [
    [`run: ${status}, ${verdict}${reason === null ? '' : `, ${reason}`}`],
    [`agents:`, ...shorten(agentLines(bench))],
    [
      `phases: ${bench
        .ofType('phase.started')
        .map(({ title }) => JSON.stringify(title))
        .join(', ')}`,
    ],
    [`children:`, ...bench.ofType('workflow.ended').map(childLine)],
    [`gates:`, ...bench.ofType('gate.opened').map(({ question }) => `  ${question}`)],
    [`commands:`, ...bench.commands.map(({ command }) => `  ${command}`)],
    [`log:`, ...shorten(bench.ofType('log').map(logLine))],
    [describeOutcome(outcome)],
  ];
  const shown = sections.filter((lines) => lines.length > 1 || !/^\w+: ?$/u.test(lines[0] ?? ''));
  return `${shown.flat().join('\n')}\n`;
}

const MOST_LINES = 60;

function shorten(lines: readonly string[]): readonly string[] {
  if (lines.length <= MOST_LINES) return lines;
  const half = MOST_LINES / 2;
  const left = lines.length - MOST_LINES;
  return [...lines.slice(0, half), `  … ${left} lines …`, ...lines.slice(-half)];
}

function agentLines(bench: RunBench): readonly string[] {
  return bench.ofType('agent.queued').map(({ agentId, label, phase, ...agent }) => {
    const ended = bench.ofType('agent.ended').find((event) => event.agentId === agentId);
    const place = phase === null ? '' : ` in ${JSON.stringify(phase)}`;
    const type = agent.agentType === 'general-purpose' ? '' : ` (${agent.agentType})`;
    const how = ended?.error?.code ?? ended?.outcome ?? 'never ended';
    return `  ${agentId} ${JSON.stringify(label)}${place}${type}: ${how}`;
  });
}

function childLine({ workflowId, error }: RunEventOf<'workflow.ended'>): string {
  return `  ${workflowId}: ${error ?? 'returned'}`;
}

function logLine({ level, message }: RunEventOf<'log'>): string {
  return `  ${level === 'info' ? '' : `${level}: `}${JSON.stringify(message)}`;
}

function describeOutcome(outcome: ScriptOutcome): string {
  if (outcome.type === 'returned') {
    return `returned: ${JSON.stringify(parseJson(outcome.json), null, 2)}`;
  }
  const { error, line, column } = outcome;
  return `threw: ${error.code}: ${error.message} (line ${line}, column ${column})`;
}
