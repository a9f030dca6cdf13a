import type { RateLimit, RateLimits } from '../../../core/ports/modelClient.ts';

/** What the head of an answer says about limits; null when it says nothing, as other makers' servers do. */
export function readRateLimits(headers: Headers): RateLimits | null {
  const limits: RateLimits = {
    requests: readLimit(headers, 'requests'),
    tokens: readLimit(headers, 'tokens'),
    inputTokens: readLimit(headers, 'input-tokens'),
    outputTokens: readLimit(headers, 'output-tokens'),
  };
  const { requests, tokens, inputTokens, outputTokens } = limits;
  return [requests, tokens, inputTokens, outputTokens].some(saysSomething) ? limits : null;
}

/** How long the provider asks to wait before the next request, in milliseconds, or null. */
export function readRetryAfterMs(headers: Headers | undefined): number | null {
  if (headers === undefined) return null;
  const milliseconds = readNumber(headers, 'retry-after-ms');
  if (milliseconds !== null) return milliseconds;
  const seconds = readNumber(headers, 'retry-after');
  if (seconds !== null) return seconds * 1000;
  return msUntil(headers, Date.parse(headers.get('retry-after') ?? ''));
}

/** Of a plan with usage windows of hours or days: milliseconds until the window that is used up ends, or null. */
export function readUsageResetMs(headers: Headers | undefined): number | null {
  if (headers?.get('anthropic-ratelimit-unified-status') !== 'rejected') return null;
  const epochSeconds = readNumber(headers, 'anthropic-ratelimit-unified-reset');
  return epochSeconds === null ? null : msUntil(headers, epochSeconds * 1000);
}

function readLimit(headers: Headers, kind: string): RateLimit {
  const name = `anthropic-ratelimit-${kind}`;
  return {
    limit: readNumber(headers, `${name}-limit`),
    remaining: readNumber(headers, `${name}-remaining`),
    resetMs: msUntil(headers, Date.parse(headers.get(`${name}-reset`) ?? '')),
  };
}

function saysSomething({ limit, remaining, resetMs }: RateLimit): boolean {
  return limit !== null || remaining !== null || resetMs !== null;
}

function readNumber(headers: Headers, name: string): number | null {
  const text = headers.get(name)?.trim() ?? '';
  const value = Number(text);
  return text === '' || !Number.isFinite(value) || value < 0 ? null : value;
}

// Measured against the sender's own clock where it is given, because this machine's may be wrong.
function msUntil(headers: Headers, epochMs: number): number | null {
  if (Number.isNaN(epochMs)) return null;
  const sentMs = Date.parse(headers.get('date') ?? '');
  return Math.max(0, epochMs - (Number.isNaN(sentMs) ? Date.now() : sentMs));
}
