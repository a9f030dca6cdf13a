import { Anthropic } from '@anthropic-ai/sdk';
import { ModelError } from '../../../core/ports/modelClient.ts';
import type {
  ModelAnswer,
  ModelClient,
  ModelRequest,
  SendOptions,
} from '../../../core/ports/modelClient.ts';
import { readAnswer } from './readAnswer.ts';
import { RememberedThinking } from './rememberedThinking.ts';
import { toModelError } from './toModelError.ts';
import { toWireRequest } from './toWireRequest.ts';

/** Time until the answer begins: a local server may read a long prompt for minutes before its first byte. */
const answerStartTimeoutMs = 5 * 60_000;

/** A client of the Messages API or a server that speaks it; always streams, never retries. */
export function createAnthropicClient(options: {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly defaultModel: string;
}): ModelClient {
  const { apiKey, baseUrl, defaultModel } = options;
  const sdk = new Anthropic({
    apiKey,
    baseURL: baseUrl,
    maxRetries: 0,
    timeout: answerStartTimeoutMs,
    logLevel: 'off',
    openTelemetry: false,
  });
  const thinking = new RememberedThinking();
  return {
    provider: 'anthropic',
    defaultModel,
    async send(request: ModelRequest, sendOptions: SendOptions): Promise<ModelAnswer> {
      sendOptions.signal.throwIfAborted();
      try {
        const response = await sdk.messages
          .create(toWireRequest(request, thinking), { signal: sendOptions.signal })
          .asResponse();
        return await readAnswer(response, thinking, sendOptions);
      } catch (error) {
        sendOptions.signal.throwIfAborted();
        throw withoutKey(toModelError(error, { baseUrl, model: request.model }), apiKey);
      }
    },
  };
}

// A server may quote the key back in its error.
function withoutKey(error: ModelError, apiKey: string): ModelError {
  if (apiKey === '' || !error.message.includes(apiKey)) return error;
  return new ModelError(error.message.replaceAll(apiKey, '[key]'), {
    code: error.code,
    status: error.status,
    retry: error.retry,
    retryAfterMs: error.retryAfterMs,
  });
}
