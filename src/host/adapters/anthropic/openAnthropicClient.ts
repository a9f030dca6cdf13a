import type { ModelClient } from '../../../core/ports/modelClient.ts';
import type { AnthropicOptions } from './anthropicOptions.ts';

/** A client whose SDK is loaded with the first request: it takes 0.1 s, and most processes never ask a model. */
export function openAnthropicClient(options: AnthropicOptions): ModelClient {
  let opened: Promise<ModelClient> | null = null;
  const open = async (): Promise<ModelClient> => {
    const { createAnthropicClient } = await import('./createAnthropicClient.ts');
    return createAnthropicClient(options);
  };
  return {
    provider: 'anthropic',
    defaultModel: options.defaultModel,
    cachesPrefixes: true,
    send: async (request, sendOptions) => {
      opened ??= open();
      return (await opened).send(request, sendOptions);
    },
  };
}
