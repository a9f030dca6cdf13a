import assert from 'node:assert/strict';
import type {
  ModelError,
  ModelRequest,
  RateLimits,
} from '../../../../src/core/ports/modelClient.ts';
import { createAnthropicClient } from '../../../../src/host/adapters/anthropic/createAnthropicClient.ts';
import { readRateLimits } from '../../../../src/host/adapters/anthropic/readRateLimits.ts';
import { fail, failMidStream, text, withHeaders } from '../../../support/messagesApi/replies.ts';
import type { Reply } from '../../../support/messagesApi/replies.ts';
import { startMessagesApi } from '../../../support/messagesApi/startMessagesApi.ts';
import type { MessagesApi } from '../../../support/messagesApi/startMessagesApi.ts';

const request: ModelRequest = {
  model: 'claude-sonnet-5-5',
  system: '',
  tools: [],
  maxOutputTokens: 100,
  messages: [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }],
};
const silent = { limit: null, remaining: null, resetMs: null };
const date = 'Sun, 22 Nov 2026 12:00:00 GMT';
const said = {
  'anthropic-ratelimit-requests-limit': '50',
  'anthropic-ratelimit-requests-remaining': '0',
  'anthropic-ratelimit-requests-reset': '2026-11-22T12:00:12.500Z',
  'anthropic-ratelimit-input-tokens-remaining': '1000',
};

describe('readRateLimits', () => {
  const cases: readonly [string, Record<string, string>, RateLimits | null][] = [
    ['nothing', {}, null],
    ['other headers only', { date, 'retry-after': '7', 'x-ratelimit-remaining': '0' }, null],
    [
      'some limits, by the clock of the sender',
      { ...said, date },
      {
        requests: { limit: 50, remaining: 0, resetMs: 12_500 },
        tokens: silent,
        inputTokens: { limit: null, remaining: 1000, resetMs: null },
        outputTokens: silent,
      },
    ],
    [
      'a reset in the past',
      { date, 'anthropic-ratelimit-tokens-reset': '2026-11-22T11:00:00Z' },
      { ...allSilent(), tokens: { ...silent, resetMs: 0 } },
    ],
    [
      'a number where one can be read only',
      {
        'anthropic-ratelimit-output-tokens-limit': '8000',
        'anthropic-ratelimit-output-tokens-remaining': 'many',
        'anthropic-ratelimit-output-tokens-reset': 'soon',
        'anthropic-ratelimit-tokens-remaining': '-1',
      },
      { ...allSilent(), outputTokens: { ...silent, limit: 8000 } },
    ],
  ];
  for (const [name, headers, expected] of cases) {
    it(`reads ${name}`, () => {
      assert.deepEqual(readRateLimits(new Headers(headers)), expected);
    });
  }
});

describe('Limits at the Messages API', () => {
  let api: MessagesApi | undefined;
  afterEach(async () => {
    await api?.dispose();
    api = undefined;
  });

  async function send(
    reply: Reply,
  ): Promise<{ readonly error: ModelError | null; readonly told: readonly RateLimits[] }> {
    api = await startMessagesApi({ respond: () => reply });
    const model = createAnthropicClient({
      apiKey: 'test-key',
      baseUrl: api.baseUrl,
      defaultModel: 'claude-sonnet-5-5',
    });
    const told: RateLimits[] = [];
    const { signal } = new AbortController();
    const [result] = await Promise.allSettled([
      model.send(request, { signal, onRateLimits: (limits) => told.push(limits) }),
    ]);
    if (result.status === 'fulfilled') return { error: null, told };
    const error = result.reason as ModelError; // The name is asserted on the next line.
    assert.equal(error.name, 'ModelError', String(error));
    return { error, told };
  }

  const told: readonly [string, Reply, number][] = [
    ['with an answer', withHeaders({ ...said, date }, text('fine')), 1],
    ['with an error', withHeaders({ ...said, date }, fail(529)), 1],
    ['with a 429 that names no time', withHeaders({ ...said, date }, fail(429)), 1],
    ['not at all where none are given', text('fine'), 0],
    ['not beside an exact time to wait', fail(429, { retryAfterSeconds: 3 }), 0],
    ['not beside a usage limit', fail(429, { code: 'enforced_spend_limit_reached' }), 0],
  ];
  for (const [name, reply, times] of told) {
    it(`are told ${name}`, async () => {
      const requests = { limit: 50, remaining: 0, resetMs: 12_500 };
      assert.deepEqual(
        (await send(reply)).told.map((limits) => limits.requests),
        Array.from({ length: times }, () => requests),
      );
    });
  }

  const planUsedUp = (status: string) => ({
    date,
    'anthropic-ratelimit-unified-status': status,
    'anthropic-ratelimit-unified-reset': String(Date.parse(date) / 1000 + 7200),
  });
  const usage: readonly [string, Reply, string, number | null, number | null][] = [
    ['402', fail(402), 'model_usage_limit', null, null],
    ['a billing error', fail(400, { type: 'billing_error' }), 'model_usage_limit', null, null],
    [
      'a billing error in mid-stream',
      failMidStream('Hel', { type: 'billing_error', message: 'No credit' }),
      'model_usage_limit',
      null,
      null,
    ],
    [
      'the spend limit of a tier',
      fail(429, { code: 'enforced_spend_limit_reached' }),
      'model_usage_limit',
      null,
      null,
    ],
    [
      'the spend limit of a contract',
      fail(429, { code: 'contract_spend_limit_reached' }),
      'model_usage_limit',
      null,
      null,
    ],
    [
      'a longer wait than a turn may last',
      fail(429, { retryAfterSeconds: 601 }),
      'model_usage_limit',
      null,
      601_000,
    ],
    [
      'a plan that is used up',
      withHeaders(planUsedUp('rejected'), fail(429)),
      'model_usage_limit',
      null,
      7_200_000,
    ],
    [
      'a plan that is nearly used up',
      withHeaders(planUsedUp('allowed_warning'), fail(429)),
      'model_rate_limited',
      null,
      null,
    ],
    [
      'the longest wait that a turn may last',
      fail(429, { retryAfterSeconds: 600 }),
      'model_rate_limited',
      600_000,
      null,
    ],
    [
      'a limit on growth',
      fail(429, { code: 'ramp_limit_exceeded', retryAfterSeconds: 5 }),
      'model_rate_limited',
      5000,
      null,
    ],
    [
      'words about limits without a code',
      fail(400, { message: 'You have reached your specified API usage limits.' }),
      'model_request',
      null,
      null,
    ],
  ];
  for (const [name, reply, code, retryAfterMs, usableAgainMs] of usage) {
    it(`are ${code} with ${name}`, async () => {
      const { error } = await send(reply);
      assert.ok(error !== null);
      assert.deepEqual(
        [error.code, error.retryAfterMs, error.usableAgainMs],
        [code, retryAfterMs, usableAgainMs],
      );
      assert.equal(error.retry, code === 'model_rate_limited' ? 'backOff' : 'never');
    });
  }

  for (const [seconds, expected] of [
    [601, 'in 11 minutes.'],
    [7200, 'in 120 minutes.'],
    [7980, 'in 3 hours.'],
  ] as const) {
    it(`say that the key can be used again ${expected}`, async () => {
      const { error } = await send(fail(429, { retryAfterSeconds: seconds, message: 'Wait.' }));
      assert.ok(error !== null);
      assert.ok(error.message.includes(': 429 Wait. '), error.message);
      assert.ok(error.message.endsWith(expected), error.message);
    });
  }
});

function allSilent(): RateLimits {
  return { requests: silent, tokens: silent, inputTokens: silent, outputTokens: silent };
}
