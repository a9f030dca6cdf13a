import assert from 'node:assert/strict';
import { resolveProvider } from '../../../src/extension/settings/resolveProvider.ts';

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
