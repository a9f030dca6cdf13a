import assert from 'node:assert/strict';
import {
  AGENT_STALL_MS,
  BREAKER_IN_A_ROW,
  REFUSAL_PAUSE_MS,
  STOP_DRAIN_MS,
  STOP_GRACE_MS,
} from '../../../../src/core/limits.ts';
import { ModelError } from '../../../../src/core/ports/modelClient.ts';
import type { RunLimits } from '../../../../src/protocol/runLimits.ts';
import { settled } from '../../../support/fakeClock.ts';
import { HeldModel, ModelByPrompt } from '../../../support/fakeModels.ts';
import type { ScriptApi } from '../../../support/functionScript.ts';
import { RunBench, type BenchOptions } from '../../../support/runBench.ts';
import { callTool, fail, hang, say, ScriptedModel } from '../../../support/scriptedModel.ts';

const askFor = (count: number) => (api: ScriptApi) =>
  Promise.all(Array.from({ length: count }, (_, index) => api.agent(`agent ${index}`)));

const states = (bench: RunBench) =>
  bench.ofType('run.state').map(({ state, reason }) => `${state} ${reason ?? ''}`.trim());

async function answerUntilIdle(model: HeldModel): Promise<void> {
  for (let round = 0; round < 40; round += 1) {
    model.answerAll();
    await settled(4);
  }
}

function suspended(limits: Partial<RunLimits>, more: Partial<BenchOptions> = {}) {
  const model = new HeldModel();
  const bench = new RunBench({ model, script: askFor(6), limits, ...more });
  return { model, bench, limits: { ...bench.engine.limits, ...limits } };
}

describe('Raising a limit of a run under way', () => {
  const cases: readonly (readonly [string, Partial<RunLimits>, Partial<RunLimits>, number])[] = [
    ['tokens', { maxTokens: 15, maxUsd: null }, { maxTokens: 10_000, maxUsd: null }, 1],
    ['agents', { maxAgents: 3 }, { maxAgents: 10 }, 3],
    ['agents of a phase', { perPhase: { maxAgents: 2 } }, { perPhase: { maxAgents: 9 } }, 2],
  ];
  for (const [title, first, then, sentBefore] of cases) {
    it(`lets calls and agents go on that waited: ${title}`, async () => {
      const model = new HeldModel();
      const script = (api: ScriptApi) => {
        api.phase('P');
        return askFor(6)(api);
      };
      const bench = new RunBench({ model, script, limits: { concurrency: 1, ...first } });
      const run = bench.run();
      await settled();
      await answerUntilIdle(model);
      assert.deepEqual([model.sent, states(bench)], [sentBefore, ['paused limit']]);
      assert.match(bench.engine.view.stateMessage ?? '', /^The limit of .* is reached\.$/u);
      bench.engine.control({ action: 'raise', limits: { ...bench.engine.limits, ...then } });
      await settled();
      await answerUntilIdle(model);
      const { status, agents } = await run;
      assert.deepEqual([status, agents.ok, model.sent], ['completed', 6, 6]);
      assert.deepEqual(states(bench), ['paused limit', 'running']);
      assert.equal(bench.ofType('run.limits').length, 1);
    });
  }

  it('that is still reached holds the run again at once', async () => {
    const { model, bench } = suspended({ maxTokens: 15, maxUsd: null, concurrency: 1 });
    const run = bench.run();
    await settled();
    await answerUntilIdle(model);
    const raised = { ...bench.engine.limits, maxTokens: 15, maxUsd: null };
    bench.engine.control({ action: 'raise', limits: raised });
    await settled();
    await answerUntilIdle(model);
    assert.deepEqual([model.sent, bench.engine.view.pauseReason], [1, 'limit']);
    bench.engine.control({ action: 'cancel' });
    await run;
  });

  it('gives more minutes, counted from the start', async () => {
    const { model, bench } = suspended({ maxMinutes: 1 });
    const run = bench.run();
    await settled();
    await bench.clock.advance(60_000);
    await settled();
    assert.equal(bench.engine.view.pauseReason, 'limit');
    await bench.clock.advance(60 * 60_000);
    bench.engine.control({ action: 'raise', limits: { ...bench.engine.limits, maxMinutes: 2 } });
    await settled();
    assert.equal(bench.engine.view.state, 'running');
    await bench.clock.advance(60_000);
    await settled();
    assert.equal(bench.engine.view.pauseReason, 'limit');
    bench.engine.control({ action: 'cancel' });
    await run;
    assert.equal(model.sent, 6);
  });
});

describe('Stopping at a limit', () => {
  it('tells the script, which may return what it has, and the run stays resumable', async () => {
    const model = new HeldModel();
    const seen: unknown[] = [];
    const script = async (api: ScriptApi) => {
      const results = [];
      try {
        for (let index = 0; index < 9; index += 1) results.push(await api.agent(`agent ${index}`));
      } catch (error) {
        const { name, limit, value } = error as { name: string; limit: string; value: number };
        seen.push(name, limit, value);
      }
      return results;
    };
    const bench = new RunBench({ model, script, limits: { maxAgents: 2 } });
    const run = bench.run();
    await settled();
    await answerUntilIdle(model);
    bench.engine.control({ action: 'stop' });
    const ended = await run;
    assert.deepEqual(seen, ['WorkflowLimitError', 'maxAgents', 2]);
    assert.deepEqual([ended.status, ended.pauseReason], ['paused', 'limit']);
    assert.deepEqual(ended.result, { type: 'inline', json: '["done","done"]' });
  });

  it('lets requests under way end, and cancels what waits', async () => {
    const model = new HeldModel();
    const limits = { maxTokens: 15, maxUsd: null, concurrency: 2 };
    const config = { onLimit: 'stop' } as const;
    const bench = new RunBench({ model, script: askFor(6), limits, config });
    const run = bench.run();
    await settled();
    model.open[0]?.answer('a');
    await settled();
    assert.deepEqual([model.open.length, states(bench)], [1, ['paused limit']]);
    model.open[0]?.answer('b');
    const ended = await run;
    assert.deepEqual([ended.agents.ok, ended.agents.cancelled], [2, 4]);
    assert.deepEqual([model.sent, model.aborted, ended.status], [2, 0, 'paused']);
  });

  it('does not wait for ever for a request that does not end', async () => {
    const model = new HeldModel();
    const limits = { maxTokens: 15, maxUsd: null, concurrency: 2 };
    const bench = new RunBench({ model, script: askFor(3), limits, config: { onLimit: 'stop' } });
    const run = bench.run();
    await settled();
    model.open[0]?.answer('a');
    await settled();
    await bench.clock.advance(STOP_DRAIN_MS);
    const ended = await run;
    assert.deepEqual([ended.agents.ok, model.aborted], [1, 1]);
  });

  it('ends a script that goes on as if nothing were', async () => {
    const model = new ModelByPrompt({ 'agent 0': [say('x')] });
    const script = async (api: ScriptApi) => {
      await askFor(1)(api);
      await api.agent('agent 1').catch(() => null);
      return new Promise<null>(() => undefined);
    };
    const limits = { maxAgents: 1 };
    const bench = new RunBench({ model, script, limits, config: { onLimit: 'stop' } });
    const run = bench.run();
    await settled();
    const stopped = bench.engine.view.state;
    await bench.clock.advance(STOP_GRACE_MS);
    const ended = await run;
    assert.deepEqual([stopped, ended.status, ended.result], ['paused', 'paused', null]);
  });
});

describe('Bounds of an agent', () => {
  const look = callTool('list_files', { glob: '**' });
  const bounded = async (options: Record<string, number>, limits: Partial<RunLimits> = {}) => {
    const model = new ModelByPrompt({ a: [look, look, say('done')] }, 'anthropic');
    const bench = new RunBench({
      model,
      limits,
      config: { model: 'claude-sonnet-5-5' },
      script: (api) => api.outcome('a', { retries: 2, ...options }),
    });
    await bench.run();
    const [ended] = bench.ofType('agent.ended');
    return [ended?.outcome, ended?.error?.code, model.requests.length];
  };

  it('in tokens, dollars and turns end it before its next request, and it is not tried again', async () => {
    assert.deepEqual(await bounded({ maxTokens: 30 }), ['failed', 'agent_limit', 2]);
    assert.deepEqual(await bounded({ maxUsd: 0.00014 }), ['failed', 'agent_limit', 2]);
    assert.deepEqual(await bounded({ maxTokens: 45 }), ['ok', undefined, 3]);
    assert.deepEqual(await bounded({}, { perAgent: { maxTokens: 15 } }), [
      'failed',
      'agent_limit',
      1,
    ]);
  });

  it('notice when it gives no sign of life, and try again', async () => {
    const model = new ScriptedModel([hang(), say('at last')]);
    const bench = new RunBench({ model, script: (api) => api.agent('a') });
    const run = bench.run();
    await settled();
    await bench.clock.advance(AGENT_STALL_MS);
    const { result } = await run;
    assert.deepEqual(result, { type: 'inline', json: '"at last"' });
    assert.equal(bench.ofType('agent.started').length, 2);
  });

  it('do not count the time in which it waits for a place', async () => {
    const model = new HeldModel();
    const limits = { concurrency: 1 };
    const bench = new RunBench({ model, limits, script: askFor(2) });
    const run = bench.run();
    await settled();
    await bench.clock.advance(AGENT_STALL_MS - 1);
    model.answerAll();
    await settled();
    await bench.clock.advance(AGENT_STALL_MS - 1);
    model.answerAll();
    assert.equal((await run).agents.ok, 2);
    assert.equal(bench.ofType('agent.started').length, 2);
  });
});

describe('An agent under way', () => {
  it('that is skipped becomes null; the others go on', async () => {
    const model = new HeldModel();
    const bench = new RunBench({ model, script: askFor(3), limits: { concurrency: 2 } });
    const run = bench.run();
    await settled();
    bench.engine.control({ action: 'skipAgent', agentId: 1 });
    bench.engine.control({ action: 'skipAgent', agentId: 3 });
    bench.engine.control({ action: 'skipAgent', agentId: 77 });
    await settled();
    model.answerAll();
    const { result, agents } = await run;
    assert.deepEqual(result, { type: 'inline', json: '[null,"done",null]' });
    assert.deepEqual([agents.ok, agents.skipped, model.sent, model.aborted], [1, 2, 2, 1]);
  });

  it('that is to be tried again starts anew, and that is no failure', async () => {
    const model = new HeldModel();
    const bench = new RunBench({ model, script: (api) => api.agent('a', { retries: 0 }) });
    const run = bench.run();
    await settled();
    bench.engine.control({ action: 'retryAgent', agentId: 1 });
    await settled();
    assert.deepEqual([model.sent, model.aborted], [2, 1]);
    model.answerAll();
    assert.equal((await run).agents.ok, 1);
  });
});

describe('The breaker', () => {
  const broken = () => new ScriptedModel(Array.from({ length: 60 }, () => fail('model_request')));

  it('holds a run whose agents fail one after the other with the same cause', async () => {
    const model = broken();
    const limits = { concurrency: 1 };
    const bench = new RunBench({ model, limits, script: askFor(30) });
    const run = bench.run();
    await settled();
    const { state, pauseReason, stateMessage } = bench.engine.view;
    assert.deepEqual([state, pauseReason], ['paused', 'breaker']);
    assert.match(stateMessage ?? '', /model_request.*scripted model_request/u);
    assert.equal(model.requests.length, BREAKER_IN_A_ROW);
    bench.engine.control({ action: 'resume' });
    // Where nothing was ever answered, the next tries wait a moment.
    for (let wait = 0; wait < 8; wait += 1) {
      await bench.clock.advance(REFUSAL_PAUSE_MS);
      await settled(20);
    }
    assert.equal(model.requests.length, 2 * BREAKER_IN_A_ROW, 'it counts anew');
    bench.engine.control({ action: 'stop' });
    const ended = await run;
    assert.deepEqual([ended.status, ended.pauseReason], ['paused', 'breaker']);
  });

  it('stops the run resumable where nobody is there to ask', async () => {
    const model = broken();
    const config = { onLimit: 'stop' } as const;
    const bench = new RunBench({ model, limits: { concurrency: 1 }, config, script: askFor(30) });
    const ended = await bench.run();
    assert.deepEqual([ended.status, ended.pauseReason], ['paused', 'breaker']);
    assert.equal(model.requests.length, BREAKER_IN_A_ROW);
  });
});

describe('A usage limit of the provider', () => {
  it('holds the run; the same turn goes out when the user says so', async () => {
    const details = { status: 429, retry: 'never', retryAfterMs: null } as const;
    const error = new ModelError('spent', { code: 'model_usage_limit', ...details });
    const model = new ScriptedModel([{ type: 'fail', error }, say('paid')]);
    const bench = new RunBench({ model, script: (api) => api.agent('a', { retries: 0 }) });
    const run = bench.run();
    await settled();
    assert.deepEqual([bench.engine.view.pauseReason, model.requests.length], ['usage', 1]);
    bench.engine.control({ action: 'resume' });
    const { agents } = await run;
    assert.deepEqual([agents.ok, bench.ofType('agent.started').length], [1, 1]);
  });
});

describe('A dollar limit that the user named', () => {
  it('holds a run whose model has no known price, until it is taken away', async () => {
    const model = new ScriptedModel([say('x')]);
    const limits = { maxUsd: 5, usdIsExplicit: true };
    const bench = new RunBench({ model, limits, script: (api) => api.agent('a') });
    const run = bench.run();
    await settled();
    assert.deepEqual([bench.engine.view.pauseReason, model.requests.length], ['limit', 0]);
    bench.engine.control({ action: 'raise', limits: { ...bench.engine.limits, maxUsd: null } });
    assert.equal((await run).agents.ok, 1);
  });
});
