import assert from 'node:assert/strict';
import { changeLimit, parseLimit } from '../../../src/extension/settings/parseLimit.ts';
import { DEFAULT_RUN_LIMITS } from '../../../src/protocol/defaults.ts';

describe('a typed limit', () => {
  const cases = [
    ['concurrency', '16', 16],
    ['concurrency', '257', 'Enter a whole number from 1 to 256.'],
    ['concurrency', '', 'Enter a whole number from 1 to 256.'],
    ['maxUsd', '$2.50', 2.5],
    ['maxUsd', '', null],
    ['maxUsd', '0', 'Enter an amount above 0, or leave empty for no limit.'],
    ['maxTokens', '1.5', 'Enter a whole number above 0, or leave empty for no limit.'],
    ['maxAgents', 'many', 'Enter a whole number from 1 to 1000.'],
  ] as const;
  for (const [limit, text, expected] of cases) {
    it(`reads ${limit} "${text}"`, () => {
      const { value, problem } = parseLimit(limit, text);
      assert.equal(problem ?? value, expected);
    });
  }
});

describe('a changed limit', () => {
  it('makes typed dollars explicit, and no dollars not', () => {
    const typed = changeLimit(DEFAULT_RUN_LIMITS, 'maxUsd', '7');
    assert.deepEqual(typed, { ...DEFAULT_RUN_LIMITS, maxUsd: 7, usdIsExplicit: true });
    assert.deepEqual(changeLimit(typed, 'maxUsd', ''), { ...DEFAULT_RUN_LIMITS, maxUsd: null });
  });

  it('leaves the others as they are', () => {
    const limits = { ...DEFAULT_RUN_LIMITS, perAgent: { maxTokens: 5000 }, usdIsExplicit: true };
    assert.deepEqual(changeLimit(limits, 'maxAgents', '300'), { ...limits, maxAgents: 300 });
  });
});
