import { Anthropic } from '@anthropic-ai/sdk';
import { ModelError } from '../../../core/ports/modelClient.ts';
import type {
  ModelAnswer,
  ModelClient,
  ModelRequest,
  SendOptions,
} from '../../../core/ports/modelClient.ts';
import { guardedFetch } from './guardedFetch.ts';
import { limitAnswer } from './limitAnswer.ts';
import { readAnswer } from './readAnswer.ts';
import { readRateLimits } from './readRateLimits.ts';
import { RememberedThinking } from './rememberedThinking.ts';
import { isApiError, toModelError } from './toModelError.ts';
import { toWireRequest } from './toWireRequest.ts';
import type { AnthropicOptions } from './anthropicOptions.ts';

/** Time until the answer begins: a local server may read a long prompt for minutes before its first byte. */
const answerStartTimeoutMs = 5 * 60_000;

/** A client of the Messages API or a server that speaks it; always streams, never retries. */
export function createAnthropicClient(options: AnthropicOptions): ModelClient {
  const { apiKey, baseUrl, defaultModel } = options;
  const sdk = new Anthropic({
    apiKey,
    baseURL: baseUrl,
    maxRetries: 0,
    timeout: answerStartTimeoutMs,
    logLevel: 'off',
    openTelemetry: false,
    fetch: guardedFetch,
  });
  const thinking = new RememberedThinking();
  return {
    provider: 'anthropic',
    defaultModel,
    cachesPrefixes: true,
    async send(request: ModelRequest, sendOptions: SendOptions): Promise<ModelAnswer> {
      sendOptions.signal.throwIfAborted();
      const line = new AbortController();
      const hangUp = (): void => line.abort();
      sendOptions.signal.addEventListener('abort', hangUp, { once: true });
      try {
        const response = await sdk.messages
          .create(toWireRequest(request, thinking), { signal: line.signal })
          .asResponse();
        tellRateLimits(response.headers, sendOptions);
        return await readAnswer(limitAnswer(response), thinking, { ...sendOptions, hangUp });
      } catch (error) {
        sendOptions.signal.throwIfAborted();
        const modelError = toModelError(error, { baseUrl, model: request.model });
        if (isRateLimitNews(modelError)) tellRateLimits(headersOf(error), sendOptions);
        throw withoutKey(modelError, apiKey);
      } finally {
        sendOptions.signal.removeEventListener('abort', hangUp);
      }
    },
  };
}

function tellRateLimits(headers: Headers | undefined, options: SendOptions): void {
  if (headers === undefined || options.onRateLimits === undefined) return;
  const limits = readRateLimits(headers);
  if (limits !== null) options.onRateLimits(limits);
}

function headersOf(error: unknown): Headers | undefined {
  return isApiError(error) ? error.headers : undefined;
}

// With an exact time to wait, the headers beside it say less: they name the time when all is free again. And
// where the usage limit is reached, no minute's bucket matters.
function isRateLimitNews(error: ModelError): boolean {
  return error.retryAfterMs === null && error.code !== 'model_usage_limit';
}

// A server may quote the key back in its error.
function withoutKey(error: ModelError, apiKey: string): ModelError {
  if (apiKey === '' || !error.message.includes(apiKey)) return error;
  return new ModelError(error.message.replaceAll(apiKey, '[key]'), {
    code: error.code,
    status: error.status,
    retry: error.retry,
    retryAfterMs: error.retryAfterMs,
    usableAgainMs: error.usableAgainMs,
  });
}
