import assert from 'node:assert/strict';
import { notificationFor } from '../../../src/extension/notifications/notificationFor.ts';
import { sampleGate, sampleRun } from '../support/samples.ts';

const waiting = { groups: 1, files: 2, hunks: 12, pending: 12, conflicts: 0 };

describe('the notification about a run', () => {
  const running = sampleRun();

  it('comes once, at the end', () => {
    const completed = sampleRun({ state: 'completed', verdict: 'passed', proposals: waiting });
    assert.deepEqual(notificationFor({ run: completed, previous: running, isNews: true }), {
      severity: 'info',
      message: '“modernise” finished: 12 changes proposed, verification passed, $0.42.',
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
      message: '“modernise” finished: 0 changes proposed, not verified, $0.42. 2 agents failed.',
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
      '“modernise” is paused and needs you. The limit of $5.00 is reached.',
    );
  });

  it('says that a run has stopped, unless the user has stopped it where it waited', () => {
    const stopped = sampleRun({ state: 'paused', pauseReason: 'limit', endedAt: 9 });
    const shown = notificationFor({ run: stopped, previous: running, isNews: true });
    assert.equal(shown?.message, '“modernise” stopped. You can resume it.');
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
