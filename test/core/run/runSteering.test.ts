import assert from 'node:assert/strict';
import { STOP_DRAIN_MS } from '../../../src/core/limits.ts';
import type { RunLimits } from '../../../src/protocol/runLimits.ts';
import { settled } from '../../support/fakeClock.ts';
import { HeldModel, ModelByPrompt } from '../../support/fakeModels.ts';
import type { ScriptApi } from '../../support/functionScript.ts';
import { RunBench, type BenchOptions } from '../../support/runBench.ts';
import { callTool, say } from '../../support/scriptedModel.ts';

const fanOut =
  (count: number) =>
  (api: ScriptApi): Promise<readonly unknown[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => api.agent(`agent ${index}`)));

function fanOutBench(count: number, limits: Partial<RunLimits>, more: Partial<BenchOptions> = {}) {
  const model = new HeldModel();
  const script = async (api: ScriptApi) => (await fanOut(count)(api)).length;
  return { model, bench: new RunBench({ model, script, limits, ...more }) };
}

/** Answers whatever is open until the run ends. */
async function drain(model: HeldModel, run: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const watched = run.finally(() => over.abort());
  for (let round = 0; round < 500 && !over.signal.aborted; round += 1) {
    model.answerAll();
    await settled(2);
  }
  assert.ok(over.signal.aborted, 'the run has not ended');
  await watched;
}

const states = (bench: RunBench) =>
  bench.ofType('run.state').map(({ state, reason }) => `${state} ${reason ?? ''}`.trim());

describe('Concurrency', () => {
  it('is never exceeded, by agents or by requests', async () => {
    const { model, bench } = fanOutBench(40, { concurrency: 4 });
    const run = bench.run();
    await settled();
    assert.deepEqual([model.open.length, bench.ofType('agent.started').length], [4, 4]);
    assert.equal(bench.ofType('agent.queued').length, 40);
    await drain(model, run);
    assert.equal(model.mostOpen, 4);
    // Each agent has its transcript open while it holds its permit.
    assert.equal(bench.store.mostOpenTranscripts, 4);
  });

  it('throttled from 16 to 1 aborts nothing and sinks as requests end', async () => {
    const { model, bench } = fanOutBench(40, { concurrency: 16 });
    const run = bench.run();
    await settled();
    assert.equal(model.open.length, 16);
    bench.engine.control({ action: 'throttle', concurrency: 1 });
    await settled();
    assert.deepEqual([model.open.length, model.aborted], [16, 0]);
    for (let left = 15; left >= 1; left -= 1) {
      model.open[0]?.answer('x');
      await settled(3);
      assert.equal(model.open.length, left);
    }
    model.open[0]?.answer('x');
    await settled(3);
    assert.deepEqual([model.open.length, model.sent], [1, 17]);
    assert.equal(bench.engine.view.concurrency, 1);
    bench.engine.control({ action: 'throttle', concurrency: 16 });
    await settled();
    assert.equal(model.open.length, 16);
    await drain(model, run);
  });

  it('throttled makes running agents wait before their next request', async () => {
    const look = callTool('list_files', { glob: '**' });
    const model = new ModelByPrompt({
      'agent 0': [look, look, say('x')],
      'agent 1': [look, look, say('x')],
    });
    const bench = new RunBench({
      model,
      script: async (api) => (await fanOut(2)(api)).length,
      limits: { concurrency: 2 },
    });
    const run = bench.run();
    bench.engine.control({ action: 'throttle', concurrency: 1 });
    await run;
    assert.equal(model.mostRunning, 1);
  });
});

describe('Pause and resume', () => {
  it('let requests end, start nothing, and go on where it stood', async () => {
    const { model, bench } = fanOutBench(6, { concurrency: 2 });
    const run = bench.run();
    await settled();
    bench.engine.control({ action: 'pause' });
    model.answerAll();
    await settled();
    assert.deepEqual([model.open.length, model.sent, bench.engine.view.state], [0, 2, 'paused']);
    assert.equal(bench.engine.view.pauseReason, 'user');
    bench.engine.control({ action: 'resume' });
    await settled();
    assert.equal(model.open.length, 2);
    await drain(model, run);
    assert.deepEqual(states(bench), ['paused user', 'running']);
  });

  it('count also when they come in one breath', async () => {
    const { model, bench } = fanOutBench(2, {});
    const run = bench.run();
    for (const action of ['pause', 'resume', 'resume', 'pause', 'pause', 'resume'] as const) {
      bench.engine.control({ action });
    }
    await settled();
    assert.equal(bench.engine.view.state, 'running');
    await drain(model, run);
    assert.deepEqual(states(bench), ['paused user', 'running', 'paused user', 'running']);
  });

  it('keep a throttle that was set in between', async () => {
    const { model, bench } = fanOutBench(9, { concurrency: 4 });
    const run = bench.run();
    bench.engine.control({ action: 'pause' });
    bench.engine.control({ action: 'throttle', concurrency: 3 });
    await settled();
    assert.equal(model.open.length, 0);
    bench.engine.control({ action: 'resume' });
    await settled();
    assert.equal(model.open.length, 3);
    await drain(model, run);
  });

  it('of a run that is not paused change nothing', async () => {
    const { model, bench } = fanOutBench(1, {});
    const run = bench.run();
    bench.engine.control({ action: 'resume' });
    await settled();
    await drain(model, run);
    assert.deepEqual(states(bench), []);
  });
});

describe('Cancel', () => {
  it('aborts requests, journals every agent, and ends the run as cancelled', async () => {
    const { model, bench } = fanOutBench(10, { concurrency: 3 });
    const run = bench.run();
    await settled();
    model.open[0]?.answer('done');
    await settled();
    bench.engine.control({ action: 'cancel' });
    const ended = await run;
    assert.equal(model.aborted, 3);
    assert.deepEqual(
      { status: ended.status, reason: ended.reason, agents: ended.agents, result: ended.result },
      {
        status: 'cancelled',
        reason: 'The run was cancelled.',
        result: null,
        agents: { ok: 1, failed: 0, skipped: 0, cancelled: 9, cached: 0 },
      },
    );
    assert.deepEqual(
      new Set(bench.ofType('agent.ended').map(({ error }) => error?.code ?? null)),
      new Set([null, 'cancelled']),
    );
  });

  it('comes through while the run is paused, and twice is once', async () => {
    const { bench } = fanOutBench(4, { concurrency: 2 });
    const run = bench.run();
    await settled();
    bench.engine.control({ action: 'pause' });
    bench.engine.control({ action: 'cancel' });
    bench.engine.control({ action: 'cancel' });
    bench.engine.control({ action: 'resume' });
    assert.equal((await run).status, 'cancelled');
    assert.deepEqual(states(bench), ['paused user']);
  });

  it('comes through before the script has a thread', async () => {
    const { bench } = fanOutBench(4, {});
    const run = bench.run();
    bench.engine.control({ action: 'cancel' });
    const ended = await run;
    assert.deepEqual([ended.status, ended.reason], ['cancelled', 'The run was cancelled.']);
  });

  it('comes through while schemas are being compiled', async () => {
    const bench = new RunBench({
      model: new HeldModel(),
      compute: {
        run: (_task, signal) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error));
          }),
      },
      script: (api) => api.agent('a', { schema: { type: 'object' } }),
    });
    const run = bench.run();
    await settled();
    bench.engine.control({ action: 'cancel' });
    assert.equal((await run).status, 'cancelled');
  });

  it('comes through while the script waits for a timer or a command', async () => {
    const bench = new RunBench({
      model: new ModelByPrompt({}),
      config: { approvedCommands: ['sleep'] },
      command: ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
      script: async (api) => Promise.all([api.timer(1e6), api.verify('sleep')]),
    });
    const run = bench.run();
    await settled();
    bench.engine.control({ action: 'cancel' });
    assert.equal((await run).status, 'cancelled');
    assert.equal(bench.ofType('verify.ended')[0]?.error?.code, 'cancelled');
  });
});

describe('Limits of a run', () => {
  const spentOnce = { maxTokens: 15, maxUsd: null };

  it('suspend it: nothing starts, nothing ends, the script sees nothing', async () => {
    const { model, bench } = fanOutBench(6, { ...spentOnce, concurrency: 2 });
    const run = bench.run();
    await settled();
    model.answerAll();
    await settled();
    const { state, pauseReason, stateMessage } = bench.engine.view;
    assert.deepEqual([state, pauseReason], ['paused', 'limit']);
    assert.match(stateMessage ?? '', /^The limit of 15 tokens is reached\./u);
    assert.deepEqual([model.sent, bench.ofType('agent.ended').length], [2, 2]);
    assert.deepEqual(states(bench), ['paused limit']);
    bench.engine.control({ action: 'resume' });
    await settled();
    assert.equal(model.sent, 2, 'resume does not lift a limit');
    bench.engine.control({ action: 'cancel' });
    assert.equal((await run).status, 'cancelled');
  });

  it('keep running agents from their next request', async () => {
    const look = callTool('list_files', { glob: '**' });
    const model = new ModelByPrompt({ a: [look, say('x')] });
    const bench = new RunBench({ model, script: (api) => api.agent('a'), limits: spentOnce });
    const run = bench.run();
    await settled();
    assert.deepEqual([model.requests.length, bench.engine.view.state], [1, 'paused']);
    bench.engine.control({ action: 'cancel' });
    await run;
  });

  const stopping: readonly (readonly [string, Partial<RunLimits>, string])[] = [
    ['tokens', { maxTokens: 15 }, 'The limit of 15 tokens is reached.'],
    ['agents', { maxAgents: 3 }, 'The limit of 3 agents is reached.'],
    ['minutes', { maxMinutes: 2 }, 'The limit of 2 minutes is reached.'],
  ];
  for (const [title, limits, reason] of stopping) {
    it(`end it as paused where nobody is there to ask: ${title}`, async () => {
      const config = { onLimit: 'stop' } as const;
      const { model, bench } = fanOutBench(6, { concurrency: 2, ...limits }, { config });
      const run = bench.run();
      await settled();
      // Agents within a limit of agents may end; the others stop what waits.
      if (title === 'agents') await drain(model, run);
      else if (title !== 'minutes') model.answerAll();
      await bench.clock.advance(2 * 60_000);
      // Requests under way are waited for, but not for ever.
      await bench.clock.advance(STOP_DRAIN_MS);
      const ended = await run;
      assert.deepEqual([ended.status, ended.reason, ended.error], ['paused', reason, null]);
      assert.equal(bench.engine.view.pauseReason, 'limit');
      assert.deepEqual(states(bench), ['paused limit']);
    });
  }

  it('count dollars by the price of the model', async () => {
    const model = new ModelByPrompt({ a: [say('1')], b: [say('2')] }, 'anthropic');
    const bench = new RunBench({
      model,
      script: async (api) => [await api.agent('a'), await api.agent('b')],
      config: { model: 'claude-sonnet-5-5', onLimit: 'stop' },
      // 10 input tokens at $2 and 5 output tokens at $10 a million.
      limits: { maxUsd: 0.00007 },
    });
    const ended = await bench.run();
    assert.equal(ended.reason, 'The limit of < $0.01 is reached.');
    assert.ok(Math.abs((ended.usage.usd ?? 0) - 0.00007) < 1e-12);
    assert.equal(model.requests.length, 1);
  });

  it('let no more than maxAgents start, whatever is asked of them and how fast', async () => {
    for (const schema of [null, { type: 'object' }]) {
      const model = new HeldModel();
      const script = async (api: ScriptApi) =>
        (
          await Promise.all(
            Array.from({ length: 12 }, (_, index) => api.agent(`agent ${index}`, { schema })),
          )
        ).length;
      const bench = new RunBench({ model, script, limits: { maxAgents: 5 } });
      const run = bench.run();
      await settled();
      assert.equal(bench.ofType('agent.queued').length, 5);
      assert.deepEqual(states(bench), []);
      // A text is no answer in the shape of a schema, so those agents go on.
      const isDone = schema === null;
      for (let round = 0; isDone && round < 5; round += 1) {
        model.answerAll();
        await settled(4);
      }
      assert.deepEqual([model.sent, states(bench)], [5, isDone ? ['paused limit'] : []]);
      bench.engine.control({ action: 'cancel' });
      assert.equal((await run).agents.ok, isDone ? 5 : 0);
    }
  });

  it('are noticed also while the user has paused the run', async () => {
    const { model, bench } = fanOutBench(4, { ...spentOnce, concurrency: 1 });
    const run = bench.run();
    await settled();
    bench.engine.control({ action: 'pause' });
    model.answerAll();
    await settled();
    bench.engine.control({ action: 'resume' });
    await settled();
    assert.deepEqual([model.sent, states(bench)], [1, ['paused user', 'paused limit']]);
    bench.engine.control({ action: 'cancel' });
    await run;
  });

  it('of time stand still while the run is paused', async () => {
    const { model, bench } = fanOutBench(1, { maxMinutes: 2 });
    const run = bench.run();
    await settled();
    await bench.clock.advance(60_000);
    bench.engine.control({ action: 'pause' });
    await bench.clock.advance(60 * 60_000);
    bench.engine.control({ action: 'resume' });
    await bench.clock.advance(59_000);
    assert.equal(bench.engine.view.state, 'running');
    await bench.clock.advance(1000);
    await settled();
    assert.deepEqual([bench.engine.view.state, bench.engine.view.pauseReason], ['paused', 'limit']);
    bench.engine.control({ action: 'cancel' });
    await run;
    assert.equal(model.sent, 1);
  });

  it('of an agent’s time stand still while the run is paused', async () => {
    const model = new HeldModel();
    const bench = new RunBench({ model, script: (api) => api.agent('a', { timeoutMs: 5000 }) });
    const run = bench.run();
    await settled();
    bench.engine.control({ action: 'pause' });
    await bench.clock.advance(60_000);
    bench.engine.control({ action: 'resume' });
    await bench.clock.advance(4000);
    model.answerAll('in time');
    assert.equal((await run).agents.ok, 1);
  });
});
