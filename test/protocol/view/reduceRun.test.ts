import assert from 'node:assert/strict';
import { MAX_LOG_LINES } from '../../../src/protocol/view/reduceLog.ts';
import { reduceRun, reduceRunEvents } from '../../../src/protocol/view/reduceRun.ts';
import { RESULT_PREVIEW_CHARS } from '../../../src/protocol/view/reduceSession.ts';
import type { RunEvent, RunEventOf, RunEventType } from '../../../src/protocol/events/runEvents.ts';
import { RunView } from '../../../src/protocol/view/runView.ts';
import {
  isLive,
  NO_PHASE,
  RunSummary,
  summarizeRun,
} from '../../../src/protocol/view/summarizeRun.ts';
import { allEvents, makeEvent, receipt, usageOf } from '../events/eventSamples.ts';

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}

function viewAfter(...events: readonly RunEvent[]): RunView {
  const view = reduceRunEvents(null, [makeEvent('run.started', {}), ...events]);
  assert.ok(view !== null);
  return view;
}

const queued = (agentId: number, more: Partial<RunEventOf<'agent.queued'>> = {}) =>
  makeEvent('agent.queued', { agentId, label: `agent ${agentId}`, ...more });
const started = (agentId: number, attempt = 1) => makeEvent('agent.started', { agentId, attempt });
const ended = (agentId: number, more: Partial<RunEventOf<'agent.ended'>> = {}) =>
  makeEvent('agent.ended', { agentId, ...more });

describe('reduceRun', () => {
  it('needs run.started first', () => {
    assert.throws(
      () => reduceRun(null, queued(1)),
      /first event must be run\.started, not agent\.queued/u,
    );
    assert.equal(reduceRunEvents(null, []), null);
  });

  it('never changes its input, whatever the event', () => {
    let view: RunView | null = null;
    for (const event of allEvents()) {
      view = reduceRun(deepFreeze(view), deepFreeze(event));
      RunView.parse(view);
    }
    assert.equal(view?.state, 'completed');
  });

  it('gives the same view for the same events', () => {
    assert.deepEqual(reduceRunEvents(null, allEvents()), reduceRunEvents(null, allEvents()));
  });

  it('starts with the limits as throttle and the phases of the plan', () => {
    const { state, concurrency, phases, agents, verdict, usd } = viewAfter();
    assert.deepEqual(
      { state, concurrency, phases, agents, verdict, usd },
      {
        state: 'running',
        concurrency: 16,
        phases: ['Find'],
        agents: [],
        verdict: 'unverified',
        usd: 0,
      },
    );
  });

  it('follows an agent from its reservation to its end', () => {
    const steps = [
      queued(1),
      started(1),
      makeEvent('agent.progress', {
        agentId: 1,
        turn: 2,
        activity: 'read_file a.ts',
        usage: usageOf(3),
      }),
      started(1, 2),
      ended(1, { usage: usageOf(7), usd: 0.5, turns: 3, conflictPaths: ['x.ts'] }),
    ];
    const seen = steps.map((_, index) => {
      const agent = viewAfter(...steps.slice(0, index + 1)).agents[0];
      return [
        agent?.status,
        agent?.attempt,
        agent?.turns,
        agent?.activity,
        agent?.usage.inputTokens,
      ];
    });
    assert.deepEqual(seen, [
      ['queued', 0, 0, '', 0],
      ['running', 1, 0, '', 0],
      ['running', 1, 2, 'read_file a.ts', 3],
      ['running', 2, 2, 'read_file a.ts', 3],
      ['ok', 2, 3, '', 7],
    ]);
    const view = viewAfter(...steps);
    assert.deepEqual([view.usage.inputTokens, view.usd], [7, 0.5]);
    assert.deepEqual(
      [view.agents[0]?.changedPaths, view.agents[0]?.conflictPaths],
      [['a.ts'], ['x.ts']],
    );
  });

  it('says that an agent waits for an answer until it has one, or nobody needs one', () => {
    const asked = [
      queued(1),
      started(1),
      makeEvent('command.asked', { questionId: 2, agentId: 1 }),
    ];
    const activity = (...events: readonly RunEvent[]) =>
      viewAfter(...asked, ...events).agents[0]?.activity;
    assert.equal(activity(), 'waiting for your answer');
    for (const by of ['user', 'timeout', 'gone'] as const) {
      assert.equal(activity(makeEvent('command.answered', { questionId: 2, by })), '');
    }
  });

  it('knows the cost only while every price is known', () => {
    const events = [queued(1), queued(2), ended(1, { usd: 1 }), ended(2, { usd: null })];
    assert.equal(viewAfter(...events).usd, null);
    assert.equal(viewAfter(...events, queued(3), ended(3, { usd: 1 })).usd, null);
  });

  it('says so when an agent is not there', () => {
    assert.throws(() => viewAfter(started(1)), /has no agent 1/u);
  });

  it('adds phases in the order of their first use', () => {
    const view = viewAfter(
      makeEvent('phase.started', { title: 'Fix' }),
      queued(1, { phase: 'Check' }),
      queued(2, { phase: null }),
      makeEvent('phase.started', { title: 'Find' }),
      makeEvent('verify.started', { phase: 'Test' }),
    );
    assert.deepEqual(view.phases, ['Find', 'Fix', 'Check', 'Test']);
  });

  it('keeps a thousand log lines, then counts', () => {
    const logs = Array.from({ length: MAX_LOG_LINES + 3 }, () => makeEvent('log', {}));
    const view = viewAfter(...logs);
    assert.deepEqual([view.logs.length, view.droppedLogs], [MAX_LOG_LINES, 3]);
  });

  it('shows why it is paused, and no more after it goes on', () => {
    const paused = makeEvent('run.state', {
      state: 'paused',
      reason: 'limit',
      message: 'Too dear.',
    });
    const running = makeEvent('run.state', { state: 'running', reason: null, message: null });
    const show = ({ state, pauseReason, stateMessage }: RunView) => [
      state,
      pauseReason,
      stateMessage,
    ];
    assert.deepEqual(show(viewAfter(paused)), ['paused', 'limit', 'Too dear.']);
    assert.deepEqual(show(viewAfter(paused, running)), ['running', null, null]);
    const endedPaused = makeEvent('run.ended', { status: 'paused', reason: 'Too dear.' });
    assert.deepEqual(show(viewAfter(paused, endedPaused)), ['paused', 'limit', 'Too dear.']);
    const cancelled = makeEvent('run.ended', { status: 'cancelled', reason: 'Enough.' });
    assert.deepEqual(show(viewAfter(paused, cancelled)), ['cancelled', null, 'Enough.']);
  });

  it('ends a verification with its receipt or its error', () => {
    const begun = makeEvent('verify.started', { verifyId: 2, command: 'npm test' });
    const open = viewAfter(begun).verifications[0];
    assert.deepEqual([open?.endedAt, open?.receipt], [null, null]);
    const good = viewAfter(begun, makeEvent('verify.ended', { verifyId: 2, receipt }));
    assert.deepEqual(good.verifications[0]?.receipt, receipt);
    const error = { code: 'internal' as const, message: 'no shell' };
    const bad = viewAfter(begun, makeEvent('verify.ended', { verifyId: 2, receipt: null, error }));
    assert.deepEqual(bad.verifications[0]?.error, error);
  });

  it('takes verdict and counts from a review', () => {
    const counts = { groups: 1, files: 1, hunks: 3, pending: 1, conflicts: 0 };
    const view = viewAfter(makeEvent('review.changed', { verdict: 'passed', counts }));
    assert.deepEqual([view.verdict, view.proposals], ['passed', counts]);
  });

  it('shows the beginning of a result that stands in the journal', () => {
    const json = JSON.stringify('x'.repeat(RESULT_PREVIEW_CHARS * 2));
    const inline = viewAfter(makeEvent('run.ended', { result: { type: 'inline', json } }));
    assert.equal(inline.resultPreview?.length, RESULT_PREVIEW_CHARS);
    const result = { type: 'blob', sha256: 'x', bytes: 9000 } as const;
    assert.equal(viewAfter(makeEvent('run.ended', { result })).resultPreview, null);
  });

  it('follows a thousand agents without slowing down', () => {
    const events = Array.from({ length: 1000 }, (_, index) => index + 1).flatMap((agentId) => [
      queued(agentId),
      started(agentId),
      ended(agentId),
    ]);
    assert.equal(viewAfter(...events).agents.length, 1000);
  });
});

describe('summarizeRun', () => {
  it('counts agents by state and by phase', () => {
    const view = viewAfter(
      queued(1, { phase: 'Find' }),
      queued(2, { phase: 'Fix' }),
      queued(3, { phase: null }),
      started(1),
      started(2),
      ended(2, { outcome: 'failed', error: { code: 'max_turns', message: 'too long' } }),
    );
    const summary = RunSummary.parse(summarizeRun(view));
    const zero = { queued: 0, running: 0, ok: 0, failed: 0, skipped: 0, cancelled: 0 };
    assert.deepEqual(summary.counts, { ...zero, queued: 1, running: 1, failed: 1 });
    assert.deepEqual(summary.phases, [
      { title: 'Find', counts: { ...zero, running: 1 } },
      { title: 'Fix', counts: { ...zero, failed: 1 } },
      { title: NO_PHASE, counts: { ...zero, queued: 1 } },
    ]);
    assert.deepEqual(summary.failures, [
      { label: 'agent 2', code: 'max_turns', message: 'too long' },
    ]);
  });

  it('counts tokens of agents that still run', () => {
    const view = viewAfter(
      queued(1),
      queued(2),
      ended(1, { usage: usageOf(5) }),
      started(2),
      makeEvent('agent.progress', { agentId: 2, usage: usageOf(7) }),
    );
    assert.deepEqual([view.usage.inputTokens, summarizeRun(view).usage.inputTokens], [5, 12]);
  });

  it('names twenty failures at most', () => {
    const events = Array.from({ length: 30 }, (_, index) => index + 1).flatMap((agentId) => [
      queued(agentId),
      ended(agentId, { outcome: 'failed', error: { code: 'max_turns', message: 'x' } }),
    ]);
    assert.equal(summarizeRun(viewAfter(...events)).failures.length, 20);
  });

  it('lists receipts of verifications that ended', () => {
    const view = viewAfter(
      makeEvent('verify.started', { verifyId: 1 }),
      makeEvent('verify.started', { verifyId: 2 }),
      makeEvent('verify.ended', { verifyId: 1, receipt }),
    );
    assert.deepEqual(summarizeRun(view).receipts, [receipt]);
  });

  it('calls running and paused runs live', () => {
    const states = [
      'running',
      'paused',
      'completed',
      'failed',
      'cancelled',
      'interrupted',
    ] as const;
    const live = states.filter((state) => isLive({ state, endedAt: null }));
    assert.deepEqual(live, ['running', 'paused']);
    assert.equal(isLive({ state: 'paused', endedAt: 7 }), false);
  });
});

describe('The sample events', () => {
  it('have every type', () => {
    const types = new Set<RunEventType>(allEvents().map(({ type }) => type));
    assert.equal(types.size, allEvents().length);
  });
});
