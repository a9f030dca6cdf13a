import assert from 'node:assert/strict';
import { costUsd, priceOf } from '../../../../src/core/run/limits/prices.ts';
import type { ModelPrice } from '../../../../src/protocol/modelPrices.ts';
import type { TokenUsage } from '../../../../src/protocol/runLimits.ts';

const HAIKU = 'claude-haiku-5-5';
const million = 1_000_000;

function usageOf(changes: Partial<TokenUsage>): TokenUsage {
  return { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, ...changes };
}

function known(model: string): ModelPrice {
  const price = priceOf('anthropic', model);
  assert.ok(price !== null);
  return price;
}

describe('Prices with steps', () => {
  const cases: readonly [string, Partial<TokenUsage>, number][] = [
    ['a prompt up to the step', { inputTokens: 100_000, outputTokens: 1000 }, 0.0105],
    ['one token more', { inputTokens: 100_001, outputTokens: 1000 }, 0.0525005],
    ['a cached prompt up to the step', { cacheReadTokens: 100_000 }, 0.001],
    ['a cached prompt over it', { inputTokens: 1, cacheReadTokens: 100_000 }, 0.0050005],
    ['a written prompt over it', { inputTokens: 1, cacheWriteTokens: 100_000 }, 0.0625005],
    ['a long answer to a short prompt', { inputTokens: 1, outputTokens: 120_000 }, 0.0600001],
  ];
  for (const [name, usage, dollars] of cases) {
    it(`count ${name}`, () => {
      assert.equal(costUsd(usageOf(usage), known(HAIKU)).toFixed(7), dollars.toFixed(7));
    });
  }

  it('take the highest step that the prompt is over, in whatever order they stand', () => {
    const flat = { output: 0, cacheRead: 0, cacheWrite: 0 };
    const steps = [
      { ...flat, overPromptTokens: 200, input: 3 },
      { ...flat, overPromptTokens: 100, input: 2 },
    ];
    const price: ModelPrice = { ...flat, input: 1, steps };
    const dollars = [100, 101, 201].map((inputTokens) => costUsd(usageOf({ inputTokens }), price));
    assert.deepEqual(
      dollars.map((usd) => Math.round(usd * million)),
      [100, 202, 603],
    );
  });
});

describe('Prices of one’s own', () => {
  const own: ModelPrice = { input: 7, output: 8, cacheRead: 9, cacheWrite: 10 };
  const cases: readonly [string, string, ModelPrice | null][] = [
    ['anthropic', HAIKU, own],
    ['anthropic', 'claude-sonnet-5-5', known('claude-sonnet-5-5')],
    ['anthropic', 'local-model', own],
    ['anthropic', 'constructor', null],
    ['offline', 'local-model', { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }],
  ];
  for (const [provider, model, expected] of cases) {
    it(`come before the built-in ones: ${provider} ${model}`, () => {
      assert.deepEqual(priceOf(provider, model, { [HAIKU]: own, 'local-model': own }), expected);
    });
  }
});
