import { appendAll } from '../../base/appendAll.ts';
import { formatUsd, oneLine, plural } from '../../base/format.ts';
import { isLive, type RunSummary } from '../../protocol/view/summarizeRun.ts';
import { t } from '../shared/localize.ts';
import { describeCaps } from '../settings/settings.ts';

/** Characters of a question that a tooltip's line shows. */
const MAX_QUESTION_CHARS = 120;

/** What the status bar item shows; null hides it. */
export interface StatusText {
  readonly text: string;
  readonly tooltip: string;
  readonly emphasis: 'none' | 'warning' | 'error';
}

/** What the item speaks of. */
export interface StatusInput {
  readonly run: RunSummary | null;
  /** The user has looked at how this run ended. */
  readonly isSeen: boolean;
  readonly pendingChanges: number;
}

/** One line for the run's state while it matters, else the number of changes that wait. */
export function statusText(input: StatusInput): StatusText | null {
  const { run, isSeen } = input;
  const ofRun = run === null ? null : runText(run, isSeen);
  if (ofRun !== null) return ofRun;
  const conflicts = run?.proposals.conflicts ?? 0;
  return waitingText(input.pendingChanges, conflicts);
}

function waitingText(pendingChanges: number, conflicts: number): StatusText | null {
  const changes = pendingChanges === 0 ? [] : [plural(pendingChanges, 'change')];
  const disputed = conflicts === 0 ? [] : [plural(conflicts, 'conflict')];
  const what = [...changes, ...disputed];
  if (what.length === 0) return null;
  const icons = [
    ...(pendingChanges === 0 ? [] : [`$(diff) ${pendingChanges}`]),
    ...(conflicts === 0 ? [] : [`$(warning) ${conflicts}`]),
  ];
  return {
    text: icons.join(' '),
    tooltip: t('Muster: {0} waiting for your review', what.join(', ')),
    emphasis: 'none',
  };
}

/** `37/120`: agents that are over, of those that were asked for. */
function progressText(run: RunSummary): string {
  const { queued, running, ok, failed, skipped, cancelled } = run.counts;
  const ended = ok + failed + skipped + cancelled;
  return `${ended}/${ended + running + queued}`;
}

function runText(run: RunSummary, isSeen: boolean): StatusText | null {
  const tooltip = describeRun(run);
  if (isLive(run) && run.openGates.length > 0) {
    return {
      text: t('$(bell) Muster {0} · waiting for you', progressText(run)),
      tooltip,
      emphasis: 'warning',
    };
  }
  switch (run.state) {
    case 'running': {
      const text = `$(sync~spin) Muster ${progressText(run)} · ${formatUsd(run.usd)}`;
      return { text, tooltip, emphasis: 'none' };
    }
    case 'paused': {
      if (!isLive(run)) return isSeen ? null : stoppedText(run, tooltip);
      const text = `$(debug-pause) Muster ${progressText(run)} · ${pauseText(run)}`;
      return { text, tooltip, emphasis: 'warning' };
    }
    case 'interrupted':
      if (isSeen) return null;
      return { text: t('$(debug-disconnect) Muster: interrupted'), tooltip, emphasis: 'warning' };
    case 'failed':
      if (isSeen) return null;
      return { text: t('$(error) Muster: failed'), tooltip, emphasis: 'error' };
    case 'completed':
    case 'cancelled':
      return null;
  }
}

function stoppedText(run: RunSummary, tooltip: string): StatusText {
  const text = t('$(debug-pause) Muster: stopped, {0}', pauseText(run));
  return { text, tooltip, emphasis: 'warning' };
}

function pauseText(run: RunSummary): string {
  switch (run.pauseReason) {
    case 'limit':
      return t('limit reached');
    case 'gate':
      return t('waiting for you');
    case 'breaker':
      return t('agents keep failing');
    case 'usage':
      return t('usage limit');
    case 'user':
    case null:
      return t('paused');
  }
}

// Where a gate alone holds the run, its message says the same question already.
function openQuestions(run: RunSummary): readonly string[] {
  if (!isLive(run)) return [];
  return run.openGates
    .filter(({ question }) => run.stateMessage?.includes(question) !== true)
    .map(({ question }) => t('Asks: {0}', oneLine(question, MAX_QUESTION_CHARS)));
}

function describeRun(run: RunSummary): string {
  const lines = [t('Muster: {0}', run.name)];
  if (run.stateMessage !== null) lines.push(run.stateMessage);
  appendAll(lines, openQuestions(run));
  for (const phase of run.phases) {
    const { queued, running, ok, failed, skipped, cancelled } = phase.counts;
    const total = queued + running + ok + failed + skipped + cancelled;
    lines.push(
      failed === 0
        ? t('{0}: {1} of {2} done', phase.title, total - queued - running, total)
        : t(
            '{0}: {1} of {2} done, {3} failed',
            phase.title,
            total - queued - running,
            total,
            failed,
          ),
    );
  }
  lines.push(t('Limits: {0}', describeCaps({ ...run.limits, concurrency: run.concurrency })));
  return lines.join('\n');
}
