import type { FailDetails } from './replies.ts';

/** The JSON body of an API error. */
export type ErrorBody = {
  readonly type: 'error';
  readonly error: {
    readonly type: string;
    readonly message: string;
    readonly details?: { readonly error_code: string };
  };
  readonly request_id: string;
};

const errorsByStatus: Readonly<Record<number, readonly [type: string, message: string]>> = {
  400: ['invalid_request_error', 'The request was malformed.'],
  401: ['authentication_error', 'invalid x-api-key'],
  403: ['permission_error', 'Your API key does not have permission to use this resource.'],
  404: ['not_found_error', 'The requested resource was not found.'],
  402: ['billing_error', 'There is a problem with your billing.'],
  413: ['invalid_request_error', 'Request exceeds the maximum size.'],
  429: ['rate_limit_error', 'This request would exceed your rate limit.'],
  500: ['api_error', 'Internal server error'],
  504: ['timeout_error', 'The request took too long.'],
  529: ['overloaded_error', 'Overloaded'],
};

/** The error as the API words it for that status, with the scripted type and message if given. */
export function errorBody(status: number, details: FailDetails, requestId: string): ErrorBody {
  const [type, message] = errorsByStatus[status] ?? ['api_error', `Error ${status}`];
  return {
    type: 'error',
    error: {
      type: details.type ?? type,
      message: details.message ?? message,
      ...(details.code === undefined ? {} : { details: { error_code: details.code } }),
    },
    request_id: requestId,
  };
}

/** `retry-after` where given, and for 429 the rate limit headers of a used-up minute. */
export function errorHeaders(status: number, details: FailDetails): Record<string, string> {
  const headers: Record<string, string> = {};
  if (details.retryAfterSeconds !== undefined) {
    headers['retry-after'] = String(details.retryAfterSeconds);
  }
  return status === 429 ? { ...headers, ...usedUp(details.retryAfterSeconds ?? 60) } : headers;
}

function usedUp(seconds: number): Record<string, string> {
  const reset = new Date(Date.now() + seconds * 1000).toISOString();
  return {
    'anthropic-ratelimit-requests-limit': '50',
    'anthropic-ratelimit-requests-remaining': '0',
    'anthropic-ratelimit-requests-reset': reset,
    'anthropic-ratelimit-tokens-limit': '40000',
    'anthropic-ratelimit-tokens-remaining': '0',
    'anthropic-ratelimit-tokens-reset': reset,
  };
}
