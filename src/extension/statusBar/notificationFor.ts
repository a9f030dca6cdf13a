import { formatUsd, plural } from '../../base/format.ts';
import type { RunSummary } from '../../protocol/summarizeRun.ts';
import { t } from '../localize.ts';
import type { RunChange } from '../runTree/runRegistry.ts';

/** What to tell the user about a run. */
export interface RunNotification {
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly isEnd: boolean;
}

/** A message for the moments that need one: the end, and a pause that the user did not ask for. */
export function notificationFor(change: RunChange): RunNotification | null {
  const { run, previous, isNews } = change;
  if (!isNews || (previous !== null && previous.state === run.state)) return null;
  switch (run.state) {
    case 'completed':
      return { severity: severityOf(run), message: completedText(run), isEnd: true };
    case 'failed': {
      const cause = run.error?.message ?? run.stateMessage ?? '';
      return { severity: 'error', message: t('“{0}” failed. {1}', run.name, cause), isEnd: true };
    }
    case 'paused':
      return run.pauseReason === 'user' || run.pauseReason === null
        ? null
        : { severity: 'warning', message: pausedText(run), isEnd: false };
    case 'running':
    case 'cancelled':
    case 'interrupted':
      return null;
  }
}

function severityOf(run: RunSummary): RunNotification['severity'] {
  return run.verdict === 'failed' || run.counts.failed > 0 ? 'warning' : 'info';
}

function completedText(run: RunSummary): string {
  const changes = plural(run.proposals.pending, 'change');
  const failed =
    run.counts.failed === 0 ? '' : ` ${t('{0} failed.', plural(run.counts.failed, 'agent'))}`;
  return `${t('“{0}” is over: {1} proposed, {2}, {3}.', run.name, changes, verdictText(run), formatUsd(run.usd))}${failed}`;
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

function pausedText(run: RunSummary): string {
  return t('“{0}” is paused. {1}', run.name, run.stateMessage ?? '');
}
