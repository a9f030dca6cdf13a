import assert from 'node:assert/strict';
import { composerState } from '../../../src/extension/chat/composerState.ts';
import {
  parseRunDocumentPath,
  runDocumentPath,
} from '../../../src/extension/runs/runDocumentPath.ts';
import { changeLimit, parseLimit } from '../../../src/extension/settings/parseLimit.ts';
import { DEFAULT_RETENTION, DEFAULT_RUN_LIMITS } from '../../../src/protocol/defaults.ts';
import { resolveProvider } from '../../../src/extension/settings/resolveProvider.ts';
import { readSettings } from '../../../src/extension/settings/settings.ts';

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

describe('the provider', () => {
  const prices = { mine: { input: 1, output: 2, cacheRead: 0.1, cacheWrite: 1 } };
  const place = { model: 'claude', baseUrl: 'http://localhost', prices };
  const settings = { provider: 'auto', ...place } as const;

  it('is offline and says so without a key', () => {
    assert.deepEqual(resolveProvider(settings, null), {
      config: { provider: 'offline', baseUrl: null, model: null, apiKey: null, prices },
      label: 'Offline (no AI)',
      modelLabel: 'rules',
      problem: null,
    });
  });

  it('is Anthropic with a key', () => {
    assert.deepEqual(resolveProvider(settings, 'key').config, {
      provider: 'anthropic',
      ...place,
      apiKey: 'key',
    });
  });

  it('never hands the key to the offline provider', () => {
    const { config } = resolveProvider({ ...settings, provider: 'offline' }, 'key');
    assert.equal(config.apiKey, null);
  });

  it('is a problem when Anthropic is wanted and no key is there', () => {
    const { problem } = resolveProvider({ ...settings, provider: 'anthropic' }, null);
    assert.equal(problem, 'No Anthropic API key is set.');
  });
});

describe('the composer', () => {
  const provider = resolveProvider(
    { provider: 'auto', model: null, baseUrl: null, prices: {} },
    null,
  );
  const input = {
    hasFolder: true,
    isTrusted: true,
    isBusy: false,
    provider,
    limits: DEFAULT_RUN_LIMITS,
  };

  it('shows provider and caps', () => {
    assert.deepEqual(composerState(input), {
      disabledReason: null,
      busy: false,
      providerLabel: 'Offline (no AI)',
      modelLabel: 'rules',
      capsLabel: '200 agents · 16 at once · $5.00 · 60 min',
    });
  });

  it('is off with the first reason', () => {
    const reason = (changes: Partial<typeof input>) =>
      composerState({ ...input, ...changes }).disabledReason?.split(/[:.]/u)[0];
    assert.equal(reason({ hasFolder: false, isTrusted: false }), 'Open a folder first');
    assert.equal(reason({ isTrusted: false }), 'This folder is not trusted');
  });
});

describe('a typed limit', () => {
  const cases = [
    ['concurrency', '16', 16],
    ['concurrency', '257', 'Enter a whole number from 1 to 256.'],
    ['concurrency', '', 'Enter a whole number from 1 to 256.'],
    ['maxUsd', '$2.50', 2.5],
    ['maxUsd', '', null],
    ['maxUsd', '0', 'Enter an amount above 0, or nothing for no limit.'],
    ['maxTokens', '1.5', 'Enter a whole number above 0, or nothing for no limit.'],
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

describe('the address of a run’s document', () => {
  const documents = [
    { type: 'report', runId: 'r1' },
    { type: 'script', runId: 'r1' },
    { type: 'transcript', runId: 'r1', agentId: 7 },
  ] as const;
  for (const document of documents) {
    it(`leads back to the ${document.type}`, () => {
      assert.deepEqual(parseRunDocumentPath(runDocumentPath(document)), document);
    });
  }

  it('is refused when it is none of ours', () => {
    assert.equal(parseRunDocumentPath('/r1/../secret'), null);
  });
});
