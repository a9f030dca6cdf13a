import assert from 'node:assert/strict';
import { readSettings } from '../../../src/extension/settings/settings.ts';
import { DEFAULT_RUN_LIMITS, DEFAULT_RETENTION } from '../../../src/protocol/defaults.ts';

describe('the settings', () => {
  it('have safe values when nothing is set', () => {
    assert.deepEqual(
      readSettings(
        () => undefined,
        () => false,
      ),
      {
        provider: 'auto',
        model: null,
        baseUrl: null,
        limits: DEFAULT_RUN_LIMITS,
        stateDir: null,
        useSandbox: true,
        allowedCommands: [],
        setupCommand: null,
        requiredCommands: [],
        groupBy: 'group',
        showNotifications: true,
        prices: {},
        retention: DEFAULT_RETENTION,
      },
    );
  });

  it('ignore values out of bounds, and take null as "no limit" only where that exists', () => {
    const values: Readonly<Record<string, unknown>> = {
      'limits.maxAgents': 5000,
      'limits.concurrency': null,
      'limits.maxUsd': null,
      'limits.maxTokens': 7,
      'limits.maxMinutes': -1,
      provider: 'other',
      model: '  m  ',
      'commands.setup': ' make ',
      'verify.commands': ['npm test', 3, ' '],
    };
    const { limits, provider, model, setupCommand, requiredCommands } = readSettings(
      (name) => values[name],
      () => true,
    );
    assert.deepEqual(
      { limits, provider, model, setupCommand, requiredCommands },
      {
        limits: { ...DEFAULT_RUN_LIMITS, maxUsd: null, maxTokens: 7 },
        provider: 'auto',
        model: 'm',
        setupCommand: 'make',
        requiredCommands: ['npm test'],
      },
    );
  });
});

describe('what the settings keep of earlier runs', () => {
  const retentionOf = (maxRuns: unknown, maxGigabytes: unknown) =>
    readSettings(
      (name) => ({ 'retention.maxRuns': maxRuns, 'retention.maxGigabytes': maxGigabytes })[name],
      () => true,
    ).retention;

  it('is what the user says', () => {
    assert.deepEqual(retentionOf(7, 0.5), { maxRuns: 7, maxBytes: 2 ** 29 });
  });

  it('is what the command line keeps when it makes no sense: nothing is dropped by a slip', () => {
    for (const wrong of [0, -1, '10', null, Number.NaN, Infinity]) {
      assert.deepEqual(retentionOf(wrong, wrong), DEFAULT_RETENTION);
    }
  });
});

describe('the prices of the settings', () => {
  it('are the user’s own, or none when one of them makes no sense', () => {
    const mine = { input: 1, output: 2, cacheRead: 0.1, cacheWrite: 1 };
    const pricesOf = (prices: unknown) =>
      readSettings(
        (name) => (name === 'prices' ? prices : undefined),
        () => true,
      ).prices;
    assert.deepEqual(pricesOf({ mine }), { mine });
    assert.deepEqual(pricesOf({ mine: { ...mine, input: -1 } }), {});
    assert.deepEqual(pricesOf('cheap'), {});
  });
});

describe('the dollar limit of the settings', () => {
  const limitsOf = (maxUsd: unknown, isSet: boolean) =>
    readSettings(
      (name) => (name === 'limits.maxUsd' ? maxUsd : undefined),
      () => isSet,
    ).limits;

  it('is explicit when the user has set it, be it to the default', () => {
    assert.deepEqual(limitsOf(5, true), { ...DEFAULT_RUN_LIMITS, usdIsExplicit: true });
  });

  it('is not explicit by default, without a limit, or when it cannot be read', () => {
    assert.deepEqual(limitsOf(5, false), DEFAULT_RUN_LIMITS);
    assert.deepEqual(limitsOf(null, true), { ...DEFAULT_RUN_LIMITS, maxUsd: null });
    assert.deepEqual(limitsOf(-3, true), DEFAULT_RUN_LIMITS);
  });
});
