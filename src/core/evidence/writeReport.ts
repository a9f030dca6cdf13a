/** The report of a run: written from the journal's view, never by a model. */
import { formatCount, formatDuration, formatUsd, oneLine, plural } from '../../base/format.ts';
import type { FileProposal, ProposalSet } from '../../protocol/proposals.ts';
import type { AgentView, RunView } from '../../protocol/runView.ts';
import { countStatuses } from '../../protocol/summarizeRun.ts';
import { describeReceipts } from './describeReceipts.ts';

/** Rows of one list; the journal and the run tree have them all. */
const MAX_ROWS = 50;

/** What a report says beside the view, where it is known. */
export interface ReportFacts {
  /** For the changes by group. */
  readonly proposals?: ProposalSet | undefined;
  /** Hash of the journal's last line: kept outside of the folder, it anchors everything in it. */
  readonly headHash?: string | undefined;
}

/** Markdown. */
export function writeReport(view: RunView, { proposals, headHash }: ReportFacts = {}): string {
  const sections = [
    `# ${plain(view.meta.name)}`,
    describeRequest(view),
    describeOutcome(view),
    describeReceipts(view),
    describeChanges(view, proposals ?? null),
    describeFailures(view),
    describeGaps(view),
    describeCost(view),
    headHash === undefined ? '' : describeRecord(view, headHash),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function describeRequest(view: RunView): string {
  const request = view.request.trim() === '' ? view.meta.description : view.request.trim();
  const quoted = request.split(/\r?\n/u).map((line) => `> ${line}`);
  return ['## What was asked', '', ...quoted].join('\n');
}

function describeOutcome(view: RunView): string {
  const counts = countStatuses(view.agents);
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  const agents = parts.map(([status, count]) => `${count} ${status}`).join(', ');
  const model = view.provider === 'offline' ? 'Offline (no AI)' : `${view.provider}, ${view.model}`;
  const took = view.endedAt === null ? null : formatDuration(view.endedAt - view.startedAt);
  return [
    '## What ran',
    '',
    `- State: **${view.state}**${view.stateMessage === null ? '' : ` — ${view.stateMessage}`}`,
    `- Agents: ${agents === '' ? 'none was started; nothing was done' : agents}`,
    ...(view.phases.length === 0 ? [] : [`- Phases: ${view.phases.map(plain).join(' → ')}`]),
    `- Model: ${model}`,
    ...(took === null ? [] : [`- Time: ${took}`]),
    `- Run: \`${view.runId}\`, on a snapshot of ${plural(view.snapshotFiles, 'file')}`,
    ...(view.error === null ? [] : [`- Error: \`${view.error.code}\` ${view.error.message}`]),
  ].join('\n');
}

function describeChanges(view: RunView, proposals: ProposalSet | null): string {
  const { files, hunks, pending, conflicts } = view.proposals;
  const total = `${plural(files, 'file')}, ${plural(hunks, 'hunk')} (${pending} pending, ${plural(conflicts, 'conflict')}).`;
  const lines = ['## Changes', '', files === 0 ? 'No change is proposed.' : total];
  for (const group of proposals?.groups ?? []) {
    const inGroup = (proposals?.files ?? []).filter((file) =>
      file.hunks.some((hunk) => hunk.groupId === group.groupId),
    );
    const rows = inGroup.map((file) => describeFile(file, group.groupId));
    lines.push('', `### ${plain(group.title)}`, '', ...cutRows(rows));
  }
  return lines.join('\n');
}

function describeFile(file: FileProposal, groupId: string): string {
  const hunks = file.hunks.filter((hunk) => hunk.groupId === groupId);
  const added = hunks.reduce((sum, hunk) => sum + hunk.added, 0);
  const removed = hunks.reduce((sum, hunk) => sum + hunk.removed, 0);
  const kind = file.kind === 'modify' ? '' : ` (${file.kind})`;
  const flag = file.flag === null ? '' : ` — needs an accept of its own: ${file.flag}`;
  return `- \`${file.path}\`${kind} +${added} −${removed}${flag}`;
}

function describeFailures(view: RunView): string {
  const agents = view.agents.filter((agent) => agent.status === 'failed').map(describeAgent);
  const commands = view.verifications
    .filter((item) => item.error !== null)
    .map(
      (item) => `- \`${item.command}\`: \`${item.error?.code ?? ''}\` ${item.error?.message ?? ''}`,
    );
  const rows = [...agents, ...commands];
  return rows.length === 0 ? '' : ['## Failures', '', ...cutRows(rows)].join('\n');
}

function describeAgent(agent: AgentView): string {
  const cause =
    agent.error === null ? '' : `\`${agent.error.code}\` ${oneLine(agent.error.message, 300)}`;
  return `- ${plain(agent.label)} (agent ${agent.agentId}): ${cause}`;
}

/** What a reader could take for done and is not. */
function describeGaps(view: RunView): string {
  const counts = countStatuses(view.agents);
  const unfinished = counts.queued + counts.running;
  const conflicts = view.agents.flatMap((agent) =>
    agent.conflictPaths.map((path) => `- \`${path}\`: edits of ${plain(agent.label)} did not fit`),
  );
  const warnings = view.logs.filter((line) => line.level === 'warning');
  const rows = [
    ...describeLeftOut(view),
    ...(counts.skipped > 0 ? [`- ${plural(counts.skipped, 'agent')} skipped`] : []),
    ...(counts.cancelled > 0 ? [`- ${plural(counts.cancelled, 'agent')} cancelled`] : []),
    ...(unfinished > 0 ? [`- ${plural(unfinished, 'agent')} not finished`] : []),
    ...(view.pauseReason === 'limit' ? ['- The run stopped at a limit'] : []),
    ...conflicts,
    ...warnings.map((line) => `- ${oneLine(line.message, 300)}`),
    ...(view.droppedLogs > 0 ? [`- ${plural(view.droppedLogs, 'log line')} not kept`] : []),
  ];
  return rows.length === 0 ? '' : ['## Not covered', '', ...cutRows(rows)].join('\n');
}

function describeLeftOut({ leftOut }: RunView): string[] {
  if (leftOut === undefined || leftOut.count === 0) return [];
  const more = leftOut.count - leftOut.first.length;
  const names = leftOut.first.map((name) => `\`${name.replaceAll('`', "'")}\``).join(', ');
  const rest = more > 0 ? ` and ${more} more` : '';
  return [`- Not in the snapshot, so that no agent saw it: ${names}${rest}`];
}

function describeCost(view: RunView): string {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = view.usage;
  const input = formatCount(inputTokens + cacheReadTokens + cacheWriteTokens);
  const limit = view.limits.maxUsd === null ? '' : ` of at most ${formatUsd(view.limits.maxUsd)}`;
  return [
    '## Cost',
    '',
    `${formatUsd(view.usd)}${limit}; ${input} input tokens (${formatCount(cacheReadTokens)} from the cache), ${formatCount(outputTokens)} output tokens.`,
  ].join('\n');
}

function describeRecord({ runId }: RunView, headHash: string): string {
  return [
    '## Record',
    '',
    `Journal head: \`${headHash}\`. Kept somewhere else, it shows that nothing was changed since: \`muster audit ${runId} --anchor ${headHash}\`.`,
  ].join('\n');
}

function cutRows(rows: readonly string[]): string[] {
  if (rows.length <= MAX_ROWS) return [...rows];
  return [...rows.slice(0, MAX_ROWS), `- … and ${rows.length - MAX_ROWS} more`];
}

/** Text of the script's or the model's that must not act as markup. */
function plain(text: string): string {
  return oneLine(text, 200).replaceAll(/[\\`*_[\]<>#|]/gu, '\\$&');
}
