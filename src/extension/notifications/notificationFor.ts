import { formatUsd, oneLine, plural } from '../../base/format.ts';
import { isLive, type RunSummary } from '../../protocol/view/summarizeRun.ts';
import { t } from '../shared/localize.ts';
import type { RunChange } from '../runs/runRegistry.ts';
import type { RunActionName } from '../runs/runActions.ts';

/** What to tell the user about a run. */
export interface RunNotification {
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
  /** What the message's buttons do, in their order. */
  readonly actions: readonly RunActionName[];
  /** The run stands still or a part of it does, until the user decides. */
  readonly needsUser: boolean;
}

/** Characters of a question that a message shows; the card has all of it. */
const MAX_QUESTION_CHARS = 200;

/**
 * A message for the moments that need one: the end, a pause that the user did not ask for, and a
 * question. Never a second one for what is known already.
 */
export function notificationFor(change: RunChange): RunNotification | null {
  const { run, previous, isNews } = change;
  if (!isNews) return null;
  const question = newQuestion(run, previous);
  if (question !== null) return questionNotification(run, question);
  const isSame = previous?.state === run.state && previous.pauseReason === run.pauseReason;
  return isSame ? null : stateNotification(run);
}

function newQuestion(run: RunSummary, previous: RunSummary | null): string | null {
  if (!isLive(run)) return null;
  const known = new Set(previous?.openGates.map(({ gateId }) => gateId));
  return run.openGates.find(({ gateId }) => !known.has(gateId))?.question ?? null;
}

function questionNotification(run: RunSummary, question: string): RunNotification {
  return {
    severity: 'warning',
    message: t('“{0}” needs you: {1}', run.name, oneLine(question, MAX_QUESTION_CHARS)),
    actions: ['answer'],
    needsUser: true,
  };
}

function stateNotification(run: RunSummary): RunNotification | null {
  switch (run.state) {
    case 'completed':
      return ended(run, { severity: severityOf(run), message: completedText(run) });
    case 'failed': {
      const cause = run.error?.message ?? run.stateMessage ?? '';
      return ended(run, { severity: 'error', message: t('“{0}” failed. {1}', run.name, cause) });
    }
    case 'paused':
      return isLive(run)
        ? pauseNotification(run)
        : ended(run, { severity: 'warning', message: stoppedText(run) });
    case 'running':
    case 'cancelled':
    case 'interrupted':
      return null;
  }
}

function ended(
  run: RunSummary,
  text: Pick<RunNotification, 'severity' | 'message'>,
): RunNotification {
  const { pending, conflicts } = run.proposals;
  const review: readonly RunActionName[] = pending + conflicts > 0 ? ['review'] : [];
  return { ...text, actions: [...review, 'openReport'], needsUser: false };
}

// A question has its own message, and of the user's own pause the user knows.
function pauseNotification(run: RunSummary): RunNotification | null {
  const { pauseReason } = run;
  if (pauseReason === null || pauseReason === 'user' || pauseReason === 'gate') return null;
  return {
    severity: 'warning',
    message: t('“{0}” is paused and needs you. {1}', run.name, run.stateMessage ?? '').trimEnd(),
    actions: pauseReason === 'limit' ? ['raise', 'stop'] : ['resume', 'openTree'],
    needsUser: true,
  };
}

function severityOf(run: RunSummary): RunNotification['severity'] {
  return run.verdict === 'failed' || run.counts.failed > 0 ? 'warning' : 'info';
}

function completedText(run: RunSummary): string {
  const changes = plural(run.proposals.pending, 'change');
  const failed =
    run.counts.failed === 0 ? '' : ` ${t('{0} failed.', plural(run.counts.failed, 'agent'))}`;
  return `${t('“{0}” finished: {1} proposed, {2}, {3}.', run.name, changes, verdictText(run), formatUsd(run.usd))}${failed}`;
}

function verdictText(run: RunSummary): string {
  switch (run.verdict) {
    case 'passed':
      return t('verification passed');
    case 'failed':
      return t('verification failed');
    case 'unverified':
      return t('not verified');
  }
}

function stoppedText(run: RunSummary): string {
  return t('“{0}” stopped. You can resume it. {1}', run.name, run.stateMessage ?? '').trimEnd();
}
