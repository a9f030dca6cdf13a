import assert from 'node:assert/strict';
import type { RunSummary } from '../../../src/protocol/view/summarizeRun.ts';
import { statusText } from '../../../src/extension/statusBar/statusText.ts';
import { sampleGate, sampleRun } from '../support/samples.ts';

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
    [
      'says that a run waits for the user, also while it runs on',
      { openGates: [sampleGate()] },
      0,
      '$(bell) Muster 37/120 · waiting for you !warning',
    ],
    [
      'says at what a run has stopped',
      { state: 'paused', pauseReason: 'limit', endedAt: 9 },
      3,
      '$(debug-pause) Muster: stopped, limit reached !warning',
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

  it('counts conflicts beside the changes that wait, and alone when no change does', () => {
    const counts = { groups: 1, files: 1, hunks: 3, pending: 3, conflicts: 1 };
    const run = sampleRun({ state: 'completed', proposals: counts });
    const draws = [3, 0].map((pendingChanges) =>
      draw(statusText({ run, isSeen: true, pendingChanges })),
    );
    assert.deepEqual(draws, ['$(diff) 3 $(warning) 1', '$(warning) 1']);
  });

  it('stops asking for attention once the failure was seen', () => {
    const run = sampleRun({ state: 'failed' });
    assert.equal(draw(statusText({ run, isSeen: true, pendingChanges: 3 })), '$(diff) 3');
    assert.equal(draw(statusText({ run, isSeen: true, pendingChanges: 0 })), null);
  });

  it('stops asking for attention once a stopped run was seen', () => {
    const run = sampleRun({ state: 'paused', pauseReason: 'limit', endedAt: 9 });
    assert.equal(draw(statusText({ run, isSeen: true, pendingChanges: 0 })), null);
  });

  it('tells the question in the tooltip', () => {
    const run = sampleRun({ openGates: [sampleGate()] });
    const status = statusText({ run, isSeen: false, pendingChanges: 0 });
    assert.match(status?.tooltip ?? '', /^Asks: Delete the helpers\?$/mu);
  });

  it('tells phases and caps in the tooltip', () => {
    const status = statusText({ run: sampleRun(), isSeen: false, pendingChanges: 0 });
    assert.equal(
      status?.tooltip,
      'Muster: modernise\nEdit: 37 of 120 done\nLimits: 200 agents · 16 at once · $5.00 · 60 min',
    );
  });
});

function draw(status: ReturnType<typeof statusText>): string | null {
  if (status === null) return null;
  return status.emphasis === 'none' ? status.text : `${status.text} !${status.emphasis}`;
}
