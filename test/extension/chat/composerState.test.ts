import assert from 'node:assert/strict';
import { composerState } from '../../../src/extension/chat/composerState.ts';
import { resolveProvider } from '../../../src/extension/settings/resolveProvider.ts';
import { DEFAULT_RUN_LIMITS } from '../../../src/protocol/defaults.ts';

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
