import assert from 'node:assert/strict';
import { FALLBACK_MAX_TOKENS } from '../../../../src/core/limits.ts';
import { DEFAULT_RUN_LIMITS } from '../../../../src/protocol/defaults.ts';
import { ActiveClock } from '../../../../src/core/run/limits/activeClock.ts';
import { LimitKeeper } from '../../../../src/core/run/limits/limitKeeper.ts';
import { Permits } from '../../../../src/core/run/requests/permits.ts';
import { costUsd, priceOf } from '../../../../src/core/run/limits/prices.ts';
import prices from '../../../../src/core/run/limits/prices.json' with { type: 'json' };
import { Spend } from '../../../../src/core/run/limits/spend.ts';
import type { RunLimits } from '../../../../src/protocol/runLimits.ts';
import { FakeClock, settled } from '../../../support/fakeClock.ts';

const tokens = (inputTokens: number, outputTokens = 0) => ({
  inputTokens,
  outputTokens,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
});
const keeperWith = (provider: string, limits: Partial<RunLimits>) => {
  const spend = new Spend(provider);
  const keeper = new LimitKeeper({
    spend,
    activeClock: new ActiveClock(new FakeClock()),
    earlierAgents: [],
    limits: { ...DEFAULT_RUN_LIMITS, ...limits },
  });
  return { spend, keeper, reached: () => keeper.runLimit()?.message };
};
const SONNET = 'claude-sonnet-5-5';

describe('Prices', () => {
  it('are known for a model of the table, free offline, and else unknown, never 0', () => {
    const free = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
    assert.deepEqual(priceOf('anthropic', SONNET), {
      input: 2,
      output: 10,
      cacheRead: 0.2,
      cacheWrite: 2.5,
    });
    assert.deepEqual(priceOf('offline', 'anything'), free);
    assert.equal(priceOf('anthropic', 'claude-9'), null);
    assert.equal(priceOf('anthropic', 'constructor'), null);
  });

  it('have a date, and are all positive', () => {
    assert.match(prices.date, /^\d{4}-\d\d-\d\d$/u);
    for (const { input, output, cacheRead, cacheWrite } of Object.values(prices.models)) {
      assert.ok([input, output, cacheRead, cacheWrite].every((dollars) => dollars > 0));
    }
  });

  it('count each kind of token for itself', () => {
    const million = 1_000_000;
    const usage = {
      inputTokens: million,
      outputTokens: million,
      cacheReadTokens: million,
      cacheWriteTokens: million,
    };
    assert.equal(costUsd(usage, { input: 1, output: 10, cacheRead: 100, cacheWrite: 1000 }), 1111);
  });
});

describe('Limits of a run, counted', () => {
  it('say nothing before a limit and name it when it is reached', () => {
    const { spend, reached } = keeperWith('anthropic', { maxUsd: 1, maxTokens: 1_000_000 });
    spend.add(tokens(499_999), SONNET);
    assert.equal(reached(), undefined);
    spend.add(tokens(1), SONNET);
    assert.equal(reached(), 'The limit of $1.00 is reached.');
  });

  it('count every kind of token towards maxTokens', () => {
    const { spend, reached } = keeperWith('offline', { maxUsd: 1, maxTokens: 100 });
    spend.add(
      { inputTokens: 25, outputTokens: 25, cacheReadTokens: 25, cacheWriteTokens: 24 },
      'x',
    );
    assert.equal(reached(), undefined);
    spend.add(tokens(1), 'x');
    assert.equal(reached(), 'The limit of 100 tokens is reached.');
  });

  it('are unknown in dollars as soon as one price is, and tokens stand in for them', () => {
    const { spend, reached } = keeperWith('anthropic', { maxUsd: 5, maxTokens: null });
    spend.add(tokens(10), SONNET);
    assert.equal(spend.usd, 0.00002);
    spend.add(tokens(FALLBACK_MAX_TOKENS - 20), 'unknown-model');
    assert.deepEqual([spend.usd, reached()], [null, undefined]);
    spend.add(tokens(10), SONNET);
    assert.equal(reached(), 'The limit of 2.0M tokens is reached.');
  });

  it('are none where none is set', () => {
    const { spend, reached } = keeperWith('anthropic', { maxUsd: null, maxTokens: null });
    spend.add(tokens(1e9), 'unknown-model');
    assert.equal(reached(), undefined);
  });

  it('refuse a model without a price only where the user named a dollar limit', () => {
    const named = keeperWith('anthropic', { maxUsd: 5, usdIsExplicit: true }).keeper;
    assert.match(named.priceProblem('claude-9')?.message ?? '', /price of claude-9 is not known/u);
    assert.equal(named.priceProblem(SONNET), null);
    assert.equal(keeperWith('anthropic', { maxUsd: 5 }).keeper.priceProblem('claude-9'), null);
  });

  it('hold for each phase by itself, also from an earlier session', () => {
    const perPhase = { maxAgents: 2, maxTokens: 100, maxUsd: 1 };
    const { keeper } = keeperWith('anthropic', { perPhase });
    keeper.noteAgent('Find');
    keeper.noteAgent('Find');
    assert.equal(keeper.agentLimit(2, 'Fix'), null);
    assert.deepEqual(keeper.agentLimit(2, 'Find'), {
      limit: 'perPhase.maxAgents',
      value: 2,
      message: 'The limit of 2 agents for the phase "Find" is reached.',
    });
    keeper.noteUsage('Find', tokens(99), 0.5);
    assert.equal(keeper.requestLimit('Find'), null);
    keeper.noteUsage('Find', tokens(1), 0.1);
    assert.equal(keeper.requestLimit('Find')?.limit, 'perPhase.maxTokens');
    assert.equal(keeper.requestLimit('Fix'), null);
  });
});

describe('Permits', () => {
  const signal = new AbortController().signal;
  const taken = async (permits: Permits, count: number): Promise<() => number> => {
    let held = 0;
    for (let index = 0; index < count; index += 1) {
      void permits.acquireRequest(signal).then(() => (held += 1));
    }
    await settled(2);
    return () => held;
  };

  it('are apart for agents and requests', async () => {
    const permits = new Permits(1);
    await permits.acquireAgent(signal);
    assert.equal((await taken(permits, 2))(), 1);
  });

  it('let nobody in while held, and as many as the throttle says afterwards', async () => {
    const permits = new Permits(4);
    permits.hold();
    const held = await taken(permits, 6);
    assert.equal(held(), 0);
    permits.throttle(3);
    await settled(2);
    assert.equal(held(), 0);
    permits.release();
    await settled(2);
    assert.equal(held(), 3);
  });
});

describe('ActiveClock', () => {
  it('counts only the time that was not paused', async () => {
    const clock = new FakeClock();
    const active = new ActiveClock(clock);
    const fired: number[] = [];
    active.after(1000, () => fired.push(clock.monotonicMs()));
    active.after(2000, () => fired.push(clock.monotonicMs())).dispose();
    await clock.advance(600);
    active.stop();
    active.stop();
    await clock.advance(5000);
    active.after(100, () => fired.push(clock.monotonicMs()));
    active.goOn();
    active.goOn();
    await clock.advance(1000);
    assert.deepEqual([fired, clock.pending], [[5700, 6000], 0]);
  });
});
