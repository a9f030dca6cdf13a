/** The report of a run: written from the journal's view, never by a model. */
import { appendAll } from '../../base/appendAll.ts';
import { formatDuration, plural } from '../../base/format.ts';
import type { FileProposal, ProposalSet } from '../../protocol/proposals.ts';
import type { AgentView, RunView } from '../../protocol/view/runView.ts';
import { countStatuses } from '../../protocol/view/summarizeRun.ts';
import { describeReceipts } from './describeReceipts.ts';
import { costSection } from './runReport/costSection.ts';
import { describeGaps } from './runReport/describeGaps.ts';
import { code, firstRows, plain, quote } from './runReport/markdown.ts';
import { NO_DETAILS, type ReportDetails } from './runReport/reportFacts.ts';
import { describeHead } from './runReport/reportHead.ts';
import { describeSummary } from './runReport/summaryOf.ts';

/** Rows of one list; the journal and the run tree have them all. */
const MAX_ROWS = 50;

/** Characters of an error's message; the journal has it whole. */
const MAX_MESSAGE = 300;

/** Markdown. Pass the proposals where they are known, for the changes by group, and what the journal tells. */
export function writeReport(
  view: RunView,
  proposals: ProposalSet | null,
  details: ReportDetails = NO_DETAILS,
): string {
  const sections = [
    `# ${plain(view.meta.name)}`,
    describeRequest(view),
    describeOutcome(view),
    describeReceipts(view),
    describeChanges(view, proposals),
    describeFailures(view),
    describeGaps(view, details),
    costSection(view, details.estimate),
    describeSummary(details.summary),
    // Nothing may follow it: an audit reads the last line.
    describeHead(details.journalHead),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function describeRequest(view: RunView): string {
  const request = view.request.trim() === '' ? view.meta.description : view.request.trim();
  return ['## Request', '', quote(request)].join('\n');
}

function describeOutcome(view: RunView): string {
  const counts = countStatuses(view.agents);
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  const agents = parts.map(([status, count]) => `${count} ${status}`).join(', ');
  const model = view.provider === 'offline' ? 'Offline (no AI)' : `${view.provider}, ${view.model}`;
  const took = view.endedAt === null ? null : formatDuration(view.endedAt - view.startedAt);
  return [
    '## Run',
    '',
    `- State: **${view.state}**${view.stateMessage === null ? '' : ` — ${plain(view.stateMessage, MAX_MESSAGE)}`}`,
    `- Agents: ${agents === '' ? 'none started, so nothing was changed' : agents}`,
    ...(view.phases.length === 0
      ? []
      : [`- Phases: ${view.phases.map((title) => plain(title)).join(' → ')}`]),
    `- Model: ${model}`,
    ...(took === null ? [] : [`- Time: ${took}`]),
    `- Run: \`${view.runId}\`, on a snapshot of ${plural(view.snapshotFiles, 'file')}`,
    ...(view.error === null
      ? []
      : [`- Error: \`${view.error.code}\` ${plain(view.error.message, MAX_MESSAGE)}`]),
  ].join('\n');
}

function describeChanges(view: RunView, proposals: ProposalSet | null): string {
  const { files, hunks, pending, conflicts } = view.proposals;
  const total = `${plural(files, 'file')}, ${plural(hunks, 'hunk')} (${pending} pending, ${plural(conflicts, 'conflict')}).`;
  const lines = ['## Changes', '', files === 0 ? 'No changes proposed.' : total];
  for (const group of proposals?.groups ?? []) {
    const inGroup = (proposals?.files ?? []).filter((file) =>
      file.hunks.some((hunk) => hunk.groupId === group.groupId),
    );
    const rows = inGroup.map((file) => describeFile(file, group.groupId));
    appendAll(lines, ['', `### ${plain(group.title)}`, '', ...firstRows(rows, MAX_ROWS)]);
  }
  return lines.join('\n');
}

function describeFile(file: FileProposal, groupId: string): string {
  const hunks = file.hunks.filter((hunk) => hunk.groupId === groupId);
  const added = hunks.reduce((sum, hunk) => sum + hunk.added, 0);
  const removed = hunks.reduce((sum, hunk) => sum + hunk.removed, 0);
  const kind = file.kind === 'modify' ? '' : ` (${file.kind})`;
  const flag = file.flag === null ? '' : ` — accept separately: ${file.flag}`;
  return `- ${code(file.path)}${kind} +${added} −${removed}${flag}`;
}

function describeFailures(view: RunView): string {
  const agents = view.agents.filter((agent) => agent.status === 'failed').map(describeAgent);
  const commands = view.verifications
    .filter((item) => item.error !== null)
    .map(
      ({ command, error }) =>
        `- ${code(command)}: \`${error?.code ?? ''}\` ${plain(error?.message ?? '', MAX_MESSAGE)}`,
    );
  const rows = [...agents, ...commands];
  return rows.length === 0 ? '' : ['## Failures', '', ...firstRows(rows, MAX_ROWS)].join('\n');
}

function describeAgent(agent: AgentView): string {
  const cause =
    agent.error === null
      ? ''
      : `\`${agent.error.code}\` ${plain(agent.error.message, MAX_MESSAGE)}`;
  return `- ${plain(agent.label)} (agent ${agent.agentId}): ${cause}`;
}
