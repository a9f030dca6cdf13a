import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import type { Reply } from './replies.ts';
import { startMessagesApi } from './startMessagesApi.ts';
import type { MessagesApi, MessagesApiOptions } from './startMessagesApi.ts';

/** A request to create a message, as the SDK takes it. */
export type Ask = Anthropic.MessageCreateParamsNonStreaming;

/** A server together with a client of the real SDK that talks to it and never retries. */
export type MessagesApiPair = { readonly api: MessagesApi; readonly client: Anthropic };

/** The smallest complete request. */
export const ask: Ask = {
  model: 'claude-test',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Say hello' }],
};

/** Gives a mocha suite servers that are disposed of, and so checked, after each of its tests. */
export function useMessagesApi(): {
  readonly start: (options: MessagesApiOptions) => Promise<MessagesApiPair>;
  readonly startWith: (reply: Reply) => Promise<MessagesApiPair>;
} {
  const started: MessagesApi[] = [];
  afterEach(async () => {
    for (const api of started.splice(0)) await api.dispose();
  });
  const start = async (options: MessagesApiOptions) => {
    const api = await startMessagesApi(options);
    started.push(api);
    return { api, client: clientOf(api.baseUrl) };
  };
  return { start, startWith: (reply) => start({ respond: () => reply }) };
}

/** A client of the real SDK without retries. */
export function clientOf(baseUrl: string): Anthropic {
  return new Anthropic({ baseURL: baseUrl, apiKey: 'test-key', maxRetries: 0 });
}

/** The API error that a promise fails with; fails the test when it does not. */
export async function apiErrorOf(
  promise: Promise<unknown>,
): Promise<InstanceType<typeof Anthropic.APIError>> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Anthropic.APIError, `Expected an API error, got ${String(error)}`);
  return error;
}
