import assert from 'node:assert/strict';
import type { RunSummary } from '../../../src/protocol/view/summarizeRun.ts';
import { runMenuItems } from '../../../src/extension/statusBar/runMenuItems.ts';
import { sampleGate, sampleRun } from '../support/samples.ts';

const waiting = { groups: 1, files: 2, hunks: 12, pending: 12, conflicts: 0 };

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
      ['Continue', 'Throttle…', 'Cancel run', 'Open run tree'],
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
