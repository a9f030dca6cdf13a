import assert from 'node:assert/strict';
import type { RunSummary } from '../../src/protocol/summarizeRun.ts';
import { notificationFor } from '../../src/extension/statusBar/notificationFor.ts';
import { statusText } from '../../src/extension/statusBar/statusText.ts';
import { sampleRun } from './support/samples.ts';

const waiting = { groups: 1, files: 2, hunks: 12, pending: 12, conflicts: 0 };

describe('the status bar item', () => {
  const cases: readonly (readonly [string, Partial<RunSummary> | null, number, string | null])[] = [
    ['is hidden without a run', null, 0, null],
    ['shows a running run', {}, 0, '$(sync~spin) Muster 37/120 · $0.42'],
    ['says that a cost is unknown', { usd: null }, 0, '$(sync~spin) Muster 37/120 · cost unknown'],
    ['shows a pause', { state: 'paused' }, 0, '$(debug-pause) Muster 37/120 · paused !warning'],
    [
      'shows why a run waits',
      { state: 'paused', pauseReason: 'limit' },
      3,
      '$(debug-pause) Muster 37/120 · limit reached !warning',
    ],
    ['shows a failure', { state: 'failed' }, 3, '$(error) Muster: failed !error'],
    [
      'shows an interruption',
      { state: 'interrupted' },
      0,
      '$(debug-disconnect) Muster: interrupted !warning',
    ],
    ['shows what waits for review', { state: 'completed' }, 12, '$(diff) 12'],
    ['is hidden when nothing waits', { state: 'completed' }, 0, null],
  ];
  for (const [title, changes, pendingChanges, expected] of cases) {
    it(title, () => {
      const run = changes === null ? null : sampleRun(changes);
      assert.equal(draw(statusText({ run, isSeen: false, pendingChanges })), expected);
    });
  }

  it('stops asking for attention once the failure was seen', () => {
    const run = sampleRun({ state: 'failed' });
    assert.equal(draw(statusText({ run, isSeen: true, pendingChanges: 3 })), '$(diff) 3');
    assert.equal(draw(statusText({ run, isSeen: true, pendingChanges: 0 })), null);
  });

  it('tells phases and caps in the tooltip', () => {
    const status = statusText({ run: sampleRun(), isSeen: false, pendingChanges: 0 });
    assert.equal(
      status?.tooltip,
      'Muster: modernise\nEdit: 37 of 120 done\nCaps: 200 agents · 16 at once · $5.00 · 60 min',
    );
  });
});

describe('the notification about a run', () => {
  const running = sampleRun();

  it('comes once, at the end', () => {
    const completed = sampleRun({ state: 'completed', verdict: 'passed', proposals: waiting });
    assert.deepEqual(notificationFor({ run: completed, previous: running, isNews: true }), {
      severity: 'info',
      message: '“modernise” is over: 12 changes proposed, verification passed, $0.42.',
      isEnd: true,
    });
    assert.equal(notificationFor({ run: completed, previous: completed, isNews: true }), null);
    assert.equal(notificationFor({ run: completed, previous: null, isNews: false }), null);
  });

  it('never calls an unverified run with failures a success', () => {
    const run = sampleRun({
      state: 'completed',
      counts: { queued: 0, running: 0, ok: 1, failed: 2, skipped: 0, cancelled: 0 },
    });
    assert.deepEqual(notificationFor({ run, previous: running, isNews: true }), {
      severity: 'warning',
      message: '“modernise” is over: 0 changes proposed, not verified, $0.42. 2 agents failed.',
      isEnd: true,
    });
  });

  it('comes for a pause that needs the user, not for one that the user asked for', () => {
    const severity = (pauseReason: RunSummary['pauseReason']) =>
      notificationFor({
        run: sampleRun({ state: 'paused', pauseReason }),
        previous: running,
        isNews: true,
      })?.severity;
    assert.deepEqual(
      [severity('limit'), severity('breaker'), severity('user')],
      ['warning', 'warning', undefined],
    );
  });
});

function draw(status: ReturnType<typeof statusText>): string | null {
  if (status === null) return null;
  return status.emphasis === 'none' ? status.text : `${status.text} !${status.emphasis}`;
}
