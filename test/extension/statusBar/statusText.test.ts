import assert from 'node:assert/strict';
import type { RunSummary } from '../../../src/protocol/view/summarizeRun.ts';
import { notificationFor } from '../../../src/extension/notifications/notificationFor.ts';
import { runMenuItems } from '../../../src/extension/statusBar/runMenuItems.ts';
import { statusText } from '../../../src/extension/statusBar/statusText.ts';
import { sampleGate, sampleRun } from '../support/samples.ts';

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
    [
      'says that a run waits for the user, also while it runs on',
      { openGates: [sampleGate()] },
      0,
      '$(bell) Muster 37/120 · waits for you !warning',
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
      actions: ['review', 'openReport'],
      needsUser: false,
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
      actions: ['openReport'],
      needsUser: false,
    });
  });

  const pauses = [
    ['limit', ['raise', 'stop']],
    ['breaker', ['resume', 'openTree']],
    ['usage', ['resume', 'openTree']],
    ['user', undefined],
    // The question itself has been told.
    ['gate', undefined],
  ] as const;
  for (const [pauseReason, actions] of pauses) {
    it(`offers ${actions?.join(' and ') ?? 'nothing'} at a pause of the kind ${pauseReason}`, () => {
      const run = sampleRun({ state: 'paused', pauseReason });
      const shown = notificationFor({ run, previous: running, isNews: true });
      assert.deepEqual(shown?.actions, actions);
    });
  }

  it('comes when a limit is reached while the user has paused the run', () => {
    const previous = sampleRun({ state: 'paused', pauseReason: 'user' });
    const stateMessage = 'The limit of $5.00 is reached.';
    const run = sampleRun({ state: 'paused', pauseReason: 'limit', stateMessage });
    assert.equal(
      notificationFor({ run, previous, isNews: true })?.message,
      '“modernise” needs you: it is paused. The limit of $5.00 is reached.',
    );
  });

  it('says that a run has stopped, unless the user has stopped it where it waited', () => {
    const stopped = sampleRun({ state: 'paused', pauseReason: 'limit', endedAt: 9 });
    const shown = notificationFor({ run: stopped, previous: running, isNews: true });
    assert.equal(shown?.message, '“modernise” has stopped and can be resumed.');
    const held = sampleRun({ state: 'paused', pauseReason: 'limit' });
    assert.equal(notificationFor({ run: stopped, previous: held, isNews: true }), null);
  });

  it('comes for a question, once for each', () => {
    const run = sampleRun({ openGates: [sampleGate()] });
    assert.deepEqual(notificationFor({ run, previous: running, isNews: true }), {
      severity: 'warning',
      message: '“modernise” needs you: Delete the helpers?',
      actions: ['answer'],
      needsUser: true,
    });
    assert.equal(notificationFor({ run, previous: run, isNews: true }), null);
    const another = sampleRun({ openGates: [sampleGate(), sampleGate({ gateId: 2 })] });
    assert.notEqual(notificationFor({ run: another, previous: run, isNews: true }), null);
  });
});

describe('the menu of the status bar', () => {
  const cases: readonly (readonly [string, Partial<RunSummary>, readonly string[]])[] = [
    ['of a running run', {}, ['Pause', 'Throttle…', 'Cancel run', 'Open run tree']],
    [
      'of a run that waits at a limit',
      { state: 'paused', pauseReason: 'limit' },
      ['Raise limits…', 'Stop and keep results', 'Throttle…', 'Cancel run', 'Open run tree'],
    ],
    [
      'of a run that too many failures hold',
      { state: 'paused', pauseReason: 'breaker' },
      ['Go on', 'Throttle…', 'Cancel run', 'Open run tree'],
    ],
    [
      'of a run that waits for answers',
      {
        state: 'paused',
        pauseReason: 'gate',
        openGates: [sampleGate(), sampleGate({ gateId: 2, question: 'And the tests?' })],
      },
      [
        'Answer: Delete the helpers?',
        'Answer: And the tests?',
        'Throttle…',
        'Cancel run',
        'Open run tree',
      ],
    ],
    [
      'of a run that has stopped at a limit',
      { state: 'paused', pauseReason: 'limit', endedAt: 9, proposals: waiting },
      ['Resume…', 'Open run tree', 'Review changes', 'Open report'],
    ],
    [
      'of a run that has stopped at a question',
      { state: 'paused', pauseReason: 'gate', endedAt: 9, openGates: [sampleGate()] },
      ['Answer: Delete the helpers?', 'Resume', 'Open run tree', 'Open report'],
    ],
    ['of a completed run', { state: 'completed', endedAt: 9 }, ['Open run tree', 'Open report']],
  ];
  for (const [title, changes, expected] of cases) {
    it(`offers what applies ${title}`, () => {
      const labels = runMenuItems(sampleRun(changes)).map(({ label }) =>
        label.replace(/^\$\([\w-]+\) /u, '').replace(/^(Cancel run):.*/u, '$1'),
      );
      assert.deepEqual(labels, expected);
    });
  }

  it('says which limit holds the run, and the present throttle', () => {
    const stateMessage = 'The limit of $5.00 is reached.';
    const run = sampleRun({ state: 'paused', pauseReason: 'limit', stateMessage });
    const [raise, , throttle] = runMenuItems(run);
    assert.deepEqual([raise?.detail, throttle?.description], [stateMessage, 'now 16 at once']);
  });
});

function draw(status: ReturnType<typeof statusText>): string | null {
  if (status === null) return null;
  return status.emphasis === 'none' ? status.text : `${status.text} !${status.emphasis}`;
}
