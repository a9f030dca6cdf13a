import { APIConnectionTimeoutError, APIError } from '@anthropic-ai/sdk';
import { errorCode, errorText } from '../../../base/errorText.ts';
import { ModelError } from '../../../core/ports/modelClient.ts';
import { BrokenStreamError, StreamFailureError } from './readAnswer.ts';

interface Facts {
  readonly baseUrl: string;
  readonly model: string;
}

type Verdict = Pick<ModelError, 'code' | 'retry'>;

const refusedKey: Verdict = { code: 'model_auth', retry: 'never' };
const badRequest: Verdict = { code: 'model_request', retry: 'never' };
const rateLimited: Verdict = { code: 'model_rate_limited', retry: 'backOff' };
const unavailable: Verdict = { code: 'model_unavailable', retry: 'backOff' };

const verdictsByErrorType: Readonly<Record<string, Verdict>> = {
  authentication_error: refusedKey,
  permission_error: refusedKey,
  invalid_request_error: badRequest,
  not_found_error: badRequest,
  request_too_large: badRequest,
  billing_error: badRequest,
  rate_limit_error: rateLimited,
};

/** Puts whatever a request failed with into terms that decide about a retry. */
export function toModelError(error: unknown, facts: Facts): ModelError {
  if (error instanceof StreamFailureError) {
    const verdict = verdictsByErrorType[error.type] ?? unavailable;
    return modelError(verdict, `${attempted(facts)}: the provider broke off (${error.message}).`);
  }
  if (error instanceof BrokenStreamError)
    return modelError(unavailable, `${attempted(facts)}. ${error.message}`);
  if (isApiError(error) && error.status !== undefined)
    return fromStatus(error, error.status, facts);
  if (error instanceof APIConnectionTimeoutError)
    return modelError(unavailable, `${attempted(facts)}: no answer within the time limit.`);
  if (errorCode(error) === 'ERR_INVALID_URL')
    return modelError(badRequest, `${attempted(facts)}: the base URL is not a URL. Correct it.`);
  return modelError(unavailable, `${attempted(facts)}: ${deepestText(error)}.`);
}

// `instanceof` alone would leave the class's type arguments untyped.
function isApiError(error: unknown): error is APIError {
  return error instanceof APIError;
}

function fromStatus(error: APIError, status: number, facts: Facts): ModelError {
  const verdict = verdictOf(status);
  const said = error.apiMessage ?? error.message;
  return new ModelError(`${attempted(facts)}: ${status} ${said}${advice(verdict, status)}`, {
    ...verdict,
    status,
    retryAfterMs: verdict.retry === 'never' ? null : retryAfterMs(error.headers),
  });
}

function verdictOf(status: number): Verdict {
  if (status === 401 || status === 403) return refusedKey;
  if (status === 429) return rateLimited;
  if (status === 408 || status === 409 || status >= 500) return unavailable;
  return badRequest;
}

function advice(verdict: Verdict, status: number): string {
  if (verdict.code === 'model_auth') return ' Check the key and what it may do.';
  if (status === 404) return ' Check the model name and the base URL.';
  return '';
}

function attempted({ model, baseUrl }: Facts): string {
  return `Cannot get an answer from ${model} at ${withoutCredentials(baseUrl)}`;
}

// A base URL may carry a password or a token, which belongs in no message.
function withoutCredentials(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).origin : 'the configured address';
}

function retryAfterMs(headers: Headers | undefined): number | null {
  const milliseconds = Number.parseFloat(headers?.get('retry-after-ms') ?? '');
  if (Number.isFinite(milliseconds)) return Math.max(0, milliseconds);
  const value = headers?.get('retry-after') ?? '';
  const seconds = Number(value);
  if (value !== '' && Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now());
}

// fetch says only "fetch failed"; what went wrong stands in its cause.
function deepestText(error: unknown): string {
  let deepest = error;
  for (let depth = 0; depth < 5; depth++) {
    if (!(deepest instanceof Error) || deepest.cause === undefined) break;
    deepest = deepest.cause;
  }
  const text = errorText(deepest);
  return text === '' ? (errorCode(deepest) ?? 'the connection failed') : text;
}

function modelError(verdict: Verdict, message: string): ModelError {
  return new ModelError(message, { ...verdict, status: null, retryAfterMs: null });
}
