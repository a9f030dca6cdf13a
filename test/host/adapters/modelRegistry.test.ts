import assert from 'node:assert/strict';
import { ModelRegistry } from '../../../src/host/adapters/modelRegistry.ts';
import { systemClock, systemRandom } from '../../../src/host/adapters/system.ts';
import type { ProviderConfig } from '../../../src/protocol/host/hostRpc.ts';
import { text } from '../../support/messagesApi/replies.ts';
import { startMessagesApi } from '../../support/messagesApi/startMessagesApi.ts';

describe('ModelRegistry', () => {
  it('shares what it learns about a provider among all models of one key, and no further', async () => {
    const api = await startMessagesApi({ respond: () => text('fine') });
    try {
      const registry = new ModelRegistry(systemClock, systemRandom);
      const { baseUrl } = api;
      const governorFor = (changes: Partial<ProviderConfig>) =>
        registry.governorFor({
          provider: 'anthropic',
          baseUrl,
          model: null,
          apiKey: 'key-1',
          ...changes,
        });
      const governors = [
        governorFor({}),
        governorFor({ model: 'claude-haiku-5-5' }),
        governorFor({ apiKey: 'key-2' }),
        governorFor({ baseUrl: `${baseUrl}/other` }),
      ];
      assert.deepEqual(
        governors.map((governor) => governor.allowed()),
        [5, 5, 5, 5],
      );
      const message = { role: 'user', content: [{ type: 'text', text: 'hello' }] } as const;
      await governorFor({}).send(
        { model: 'm', system: '', tools: [], maxOutputTokens: 9, messages: [message] },
        {
          signal: new AbortController().signal,
          acquirePermit: () => Promise.resolve(() => undefined),
        },
      );
      assert.deepEqual(
        governors.map((governor) => governor.allowed()),
        [256, 256, 5, 5],
      );
    } finally {
      await api.dispose();
    }
  });
});
