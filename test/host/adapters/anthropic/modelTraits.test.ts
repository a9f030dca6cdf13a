import assert from 'node:assert/strict';
import { effortFor, mayForceTool } from '../../../../src/host/adapters/anthropic/modelTraits.ts';

describe('effortFor', () => {
  const cases: readonly [string, string | undefined, string | undefined][] = [
    ['claude-sonnet-5-5', 'xhigh', 'xhigh'],
    ['claude-opus-4-6', 'xhigh', 'high'],
    ['claude-opus-4-6', 'max', 'max'],
    ['claude-opus-4-5-20251101', 'max', 'high'],
    ['claude-haiku-4-5', 'high', undefined],
    ['claude-sonnet-4-5', 'low', undefined],
    ['qwen3-coder', 'high', undefined],
    ['claude-sonnet-5-5', 'enormous', undefined],
    ['claude-sonnet-5-5', undefined, undefined],
  ];
  for (const [model, wanted, expected] of cases) {
    it(`sends ${String(expected)} to ${model} when ${String(wanted)} is wanted`, () => {
      assert.equal(effortFor(model, wanted), expected);
    });
  }
});

describe('mayForceTool', () => {
  const cases: readonly [string, boolean][] = [
    ['claude-opus-5', true],
    ['claude-opus-5-5', false],
    ['claude-fable-5-1', false],
    ['claude-haiku-5-5', true],
    ['claude-haiku-4-5', true],
    ['llama', true],
  ];
  for (const [model, expected] of cases) {
    it(`is ${expected} for ${model}`, () => {
      assert.equal(mayForceTool(model), expected);
    });
  }
});
