import { formatUsd, oneLine, plural } from '../../base/format.ts';
import { canVerifyAccepted } from '../../protocol/view/canVerifyAccepted.ts';
import { isLive, type RunSummary } from '../../protocol/view/summarizeRun.ts';
import { t } from '../shared/localize.ts';
import { openQuestions } from '../runs/openQuestions.ts';
import type { RunActionName, RunPartAction } from '../runs/runActions.ts';
import { cancelText } from '../runs/runControls.ts';

/** One line of the menu. */
export interface RunMenuItem {
  readonly action: RunActionName | RunPartAction;
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
}

/** Characters of a question that fit into one line of a menu. */
const MAX_QUESTION_CHARS = 80;

/** What can be done with the run right now, what it waits for first. */
export function runMenuItems(run: RunSummary): readonly RunMenuItem[] {
  return [
    ...openQuestions(run).map(({ gateId, question }) => ({
      action: { action: 'answer', gateId } as const,
      label: t('$(question) Answer: {0}', oneLine(question, MAX_QUESTION_CHARS)),
    })),
    ...(isLive(run) ? liveItems(run) : endedItems(run)),
    { action: 'openTree', label: t('$(list-tree) Open run tree') },
    ...reviewItems(run),
    ...(canVerifyAccepted(run)
      ? [{ action: 'verifyAccepted' as const, label: t('$(beaker) Verify accepted files') }]
      : []),
    ...(isLive(run) ? [] : [{ action: 'openReport' as const, label: t('$(output) Open report') }]),
  ];
}

function liveItems(run: RunSummary): readonly RunMenuItem[] {
  return [
    ...goOnItems(run),
    {
      action: 'throttle',
      label: t('$(dashboard) Throttle…'),
      description: t('now {0} at once', run.concurrency),
    },
    { action: 'cancel', label: `$(circle-slash) ${cancelText(run)}` },
  ];
}

function goOnItems(run: RunSummary): readonly RunMenuItem[] {
  if (run.state === 'running') return [{ action: 'pause', label: t('$(debug-pause) Pause') }];
  const detail = run.stateMessage === null ? {} : { detail: run.stateMessage };
  switch (run.pauseReason) {
    case 'limit':
      return [
        { action: 'raise', label: t('$(arrow-up) Raise limits…'), ...detail },
        {
          action: 'stop',
          label: t('$(debug-stop) Stop and keep results'),
          description: t('{0} spent; you can resume later', formatUsd(run.usd)),
        },
      ];
    case 'breaker':
    case 'usage':
      return [{ action: 'resume', label: t('$(debug-continue) Continue'), ...detail }];
    case 'gate':
      return [];
    case 'user':
    case null:
      return [{ action: 'resume', label: t('$(debug-continue) Resume') }];
  }
}

function endedItems(run: RunSummary): readonly RunMenuItem[] {
  if (run.state === 'completed') return [];
  const isAtLimit = run.state === 'paused' && run.pauseReason === 'limit';
  if (!isAtLimit) return [{ action: 'resume', label: t('$(debug-continue) Resume') }];
  return [
    {
      action: 'resume',
      label: t('$(debug-continue) Resume…'),
      description: t('asks for higher limits first'),
    },
  ];
}

function reviewItems(run: RunSummary): readonly RunMenuItem[] {
  const { hunks, pending, conflicts } = run.proposals;
  if (hunks + conflicts === 0) return [];
  const changes = t('{0} pending', plural(pending, 'change'));
  const description = conflicts === 0 ? changes : `${changes}, ${plural(conflicts, 'conflict')}`;
  return [{ action: 'review', label: t('$(diff) Review changes'), description }];
}
