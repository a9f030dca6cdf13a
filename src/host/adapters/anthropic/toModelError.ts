import { APIConnectionTimeoutError, APIError } from '@anthropic-ai/sdk';
import { cutText, plural } from '../../../base/format.ts';
import { errorCode, errorText } from '../../../base/errorText.ts';
import { TURN_RETRY_WINDOW_MS } from '../../../core/limits.ts';
import { ModelError } from '../../../core/ports/modelClient.ts';
import { AnswerTooLongError } from './limitAnswer.ts';
import { BrokenStreamError, StreamFailureError } from './readAnswer.ts';
import { readRetryAfterMs, readUsageResetMs } from './readRateLimits.ts';

/** Characters of what the server says: a sentence or two, not its page of HTML. */
const MAX_SAID_CHARS = 1000;

interface Facts {
  readonly baseUrl: string;
  readonly model: string;
}

type Verdict = Pick<ModelError, 'code' | 'retry'>;

const refusedKey: Verdict = { code: 'model_auth', retry: 'never' };
const badRequest: Verdict = { code: 'model_request', retry: 'never' };
const unknownModel: Verdict = { code: 'model_unknown', retry: 'never' };
const rateLimited: Verdict = { code: 'model_rate_limited', retry: 'backOff' };
const usedUp: Verdict = { code: 'model_usage_limit', retry: 'never' };
const answerTooLong: Verdict = { code: 'model_output_cut', retry: 'never' };
const unavailable: Verdict = { code: 'model_unavailable', retry: 'backOff' };

const verdictsByErrorType: Readonly<Record<string, Verdict>> = {
  authentication_error: refusedKey,
  permission_error: refusedKey,
  invalid_request_error: badRequest,
  not_found_error: unknownModel,
  request_too_large: badRequest,
  billing_error: usedUp,
  rate_limit_error: rateLimited,
};

/** Codes with which a 429 means that money or quota is used up, and not that requests come too fast. */
const spendLimitCodes: ReadonlySet<string> = new Set([
  'enforced_spend_limit_reached',
  'contract_spend_limit_reached',
]);

/** In mid-stream the status line says 200; what it would have said before decides how everybody slows down. */
const statusByErrorType: Readonly<Record<string, number>> = {
  rate_limit_error: 429,
  overloaded_error: 529,
};

/** Puts whatever a request failed with into terms that decide about a retry. */
export function toModelError(error: unknown, facts: Facts): ModelError {
  if (error instanceof StreamFailureError) {
    const verdict = verdictsByErrorType[error.type] ?? unavailable;
    const status = statusByErrorType[error.type] ?? null;
    const message = `${attempted(facts)}: the provider broke off (${error.message}).`;
    return new ModelError(message, { ...verdict, status, retryAfterMs: null });
  }
  if (error instanceof AnswerTooLongError)
    return modelError(answerTooLong, `${attempted(facts)}: ${error.message}`);
  if (error instanceof BrokenStreamError)
    return modelError(unavailable, `${attempted(facts)}. ${error.message}`);
  if (isApiError(error) && error.status !== undefined)
    return fromStatus(error, error.status, facts);
  if (error instanceof APIConnectionTimeoutError)
    return modelError(unavailable, `${attempted(facts)}: no answer within the time limit.`);
  if (errorCode(error) === 'ERR_INVALID_URL')
    return modelError(badRequest, `${attempted(facts)}: the base URL is not valid. Correct it.`);
  return modelError(unavailable, `${attempted(facts)}: ${deepestText(error)}.`);
}

/** `instanceof` with the class's type arguments, which it alone would leave untyped. */
export function isApiError(error: unknown): error is APIError {
  return error instanceof APIError;
}

function fromStatus(error: APIError, status: number, facts: Facts): ModelError {
  if (status >= 300 && status < 400) return modelError(badRequest, redirected(error, facts));
  const waitMs = readRetryAfterMs(error.headers) ?? usageResetMs(error, status);
  const verdict = isUsedUp(error, status, waitMs) ? usedUp : verdictOf(error, status);
  const said = cutText(error.apiMessage ?? error.message, MAX_SAID_CHARS);
  return new ModelError(
    `${attempted(facts)}: ${status} ${said}${advice(verdict, status, waitMs)}`,
    {
      ...verdict,
      status,
      retryAfterMs: verdict.retry === 'never' ? null : waitMs,
      usableAgainMs: verdict === usedUp ? waitMs : null,
    },
  );
}

function redirected(error: APIError, facts: Facts): string {
  const location = error.headers?.get('location') ?? '';
  const host = URL.canParse(location) ? ` to ${new URL(location).host}` : '';
  return `${attempted(facts)}: the server sends requests on${host}, which is refused, because they hold your code. Set the base URL to the address that answers.`;
}

function usageResetMs(error: APIError, status: number): number | null {
  return status === 429 ? readUsageResetMs(error.headers) : null;
}

// Decided by status, type, code and headers, never by the wording, which may change any day.
function isUsedUp(error: APIError, status: number, waitMs: number | null): boolean {
  if (status === 402 || error.type === 'billing_error') return true;
  if (status !== 429) return false;
  if (error.errorCode !== null && spendLimitCodes.has(error.errorCode)) return true;
  return waitMs !== null && waitMs > TURN_RETRY_WINDOW_MS;
}

function verdictOf(error: APIError, status: number): Verdict {
  // A server that is no Messages API answers 404 without the API's own type.
  if (status === 404 && error.type === 'not_found_error') return unknownModel;
  if (status === 401 || status === 403) return refusedKey;
  if (status === 429) return rateLimited;
  if (status === 408 || status === 409 || status >= 500) return unavailable;
  return badRequest;
}

function advice(verdict: Verdict, status: number, waitMs: number | null): string {
  if (verdict.code === 'model_auth') return ' Check the key and its permissions.';
  if (verdict.code === 'model_usage_limit') return usageAdvice(waitMs);
  if (status === 404) return ' Check the model name and the base URL.';
  return '';
}

function usageAdvice(waitMs: number | null): string {
  const limit = ' The key’s usage or credit limit is reached.';
  return waitMs === null
    ? `${limit} Raise it or wait, then resume.`
    : `${limit} Try again in ${roughly(waitMs)}.`;
}

function roughly(durationMs: number): string {
  const minutes = Math.ceil(durationMs / 60_000);
  return minutes <= 120 ? plural(minutes, 'minute') : plural(Math.ceil(minutes / 60), 'hour');
}

function attempted({ model, baseUrl }: Facts): string {
  return `Cannot get an answer from ${model} at ${withoutCredentials(baseUrl)}`;
}

// A base URL may carry a password or a token, which belongs in no message.
function withoutCredentials(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).origin : 'the configured address';
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
