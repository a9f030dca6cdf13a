import assert from 'node:assert/strict';
import { interruptSummary, interruptView } from '../../../src/protocol/view/interruptView.ts';
import { reduceRunEvents } from '../../../src/protocol/view/reduceRun.ts';
import { RunView } from '../../../src/protocol/view/runView.ts';
import { isLive, RunSummary, summarizeRun } from '../../../src/protocol/view/summarizeRun.ts';
import { makeEvent } from '../events/eventSamples.ts';

const interruption = { endedAt: 99, stateMessage: 'The host ended.' };

function halfDone(): RunView {
  const phase = { phase: 'Work' };
  const view = reduceRunEvents(null, [
    makeEvent('run.started', {}),
    makeEvent('agent.queued', { agentId: 1, label: 'done', ...phase }),
    makeEvent('agent.started', { agentId: 1 }),
    makeEvent('agent.ended', { agentId: 1, outcome: 'ok' }),
    makeEvent('agent.queued', { agentId: 2, label: 'at work', ...phase }),
    makeEvent('agent.started', { agentId: 2 }),
    makeEvent('agent.queued', { agentId: 3, label: 'waits' }),
    makeEvent('run.state', { state: 'paused', reason: 'limit', message: 'At a limit.' }),
  ]);
  assert.ok(view !== null);
  return view;
}

describe('A run whose host is gone', () => {
  it('has nothing left that works or waits, and keeps what was finished', () => {
    const before = halfDone();
    const view = RunView.parse(interruptView(before, interruption));
    const { state, pauseReason, stateMessage, endedAt } = view;
    assert.deepEqual(
      { state, pauseReason, stateMessage, endedAt },
      { state: 'interrupted', pauseReason: null, ...interruption },
    );
    assert.deepEqual(
      view.agents.map(({ status, activity }) => [status, activity]),
      [
        ['ok', ''],
        ['cancelled', ''],
        ['cancelled', ''],
      ],
    );
    assert.deepEqual(view.agents[0], before.agents[0]);
    assert.deepEqual([view.agents[1]?.endedAt, view.agents[2]?.endedAt], [99, 99]);
    assert.equal(isLive(view), false);
  });

  it('is summed up as its view is', () => {
    const view = halfDone();
    const summary = RunSummary.parse(interruptSummary(summarizeRun(view), interruption));
    const expected = summarizeRun(interruptView(view, interruption));
    assert.deepEqual(summary, expected);
    assert.deepEqual(summary.counts, { ...summary.counts, ok: 1, cancelled: 2, running: 0 });
  });

  it('has no end as long as nobody knows when that was', () => {
    const unknown = { ...interruption, endedAt: null };
    const view = interruptView(halfDone(), unknown);
    assert.deepEqual([view.endedAt, view.agents[1]?.endedAt], [null, null]);
    assert.equal(isLive(view), false);
  });
});
