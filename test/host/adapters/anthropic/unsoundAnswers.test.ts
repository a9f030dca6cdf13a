/** Answers that no sound server gives, read by the real client. */
import assert from 'node:assert/strict';
import { MAX_ANSWER_BYTES } from '../../../../src/core/limits.ts';
import { ModelError, type ModelAnswer } from '../../../../src/core/ports/modelClient.ts';
import { createAnthropicClient } from '../../../../src/host/adapters/anthropic/createAnthropicClient.ts';
import { answer, block, endless, toolCall } from '../../../support/messagesApi/rawAnswers.ts';
import type { Reply } from '../../../support/messagesApi/replies.ts';
import { startMessagesApi } from '../../../support/messagesApi/startMessagesApi.ts';

describe('An unsound answer', () => {
  const inputs: readonly (readonly [string, string, RegExp])[] = [
    ['that is cut off', '{"a":', /is not usable JSON/u],
    ['with a "__proto__" key', '{"__proto__":{}}', /"__proto__" key is not allowed/u],
    ['of great depth', `${'['.repeat(101)}${']'.repeat(101)}`, /more than 100 levels deep/u],
  ];
  for (const [name, input, problem] of inputs) {
    it(`says so of an input ${name}`, async () => {
      const [part] = (await ask(answer(toolCall(0, input)))).content;
      assert.ok(part?.type === 'toolUse');
      assert.deepEqual(part.input, {});
      assert.match(part.problem ?? '', problem);
    });
  }

  it('has calls told apart that have the same id', async () => {
    const { content } = await ask(answer(toolCall(0, '{}', 'same'), toolCall(1, '{}', 'same')));
    const ids = content.map((part) => part.type === 'toolUse' && part.toolUseId);
    assert.deepEqual(ids, ['same', 'same_1']);
  });

  it('with a block of an enormous number is none', async () => {
    const reply = answer(block(4_294_967_294, { type: 'text', text: '' }));
    assert.deepEqual(await failureOf(reply), ['model_unavailable', 'backOff']);
  });

  it('is given up when it has more bytes than any may have, also in one line', async () => {
    const line = endless('event: ping\ndata: ', 'x'.repeat(MAX_ANSWER_BYTES / 8));
    assert.deepEqual(await failureOf(line), ['model_output_cut', 'never']);
  });
});

async function ask(reply: Reply): Promise<ModelAnswer> {
  const api = await startMessagesApi({ respond: () => reply });
  try {
    const { baseUrl } = api;
    const client = createAnthropicClient({ baseUrl, apiKey: 'test-key', defaultModel: 'm' });
    const request = { model: 'm', system: '', tools: [], maxOutputTokens: 1000 };
    const messages = [
      { role: 'user' as const, content: [{ type: 'text' as const, text: 'hello' }] },
    ];
    return await client.send({ ...request, messages }, { signal: new AbortController().signal });
  } finally {
    await api.dispose();
  }
}

async function failureOf(reply: Reply): Promise<readonly [string, string]> {
  try {
    await ask(reply);
  } catch (error) {
    assert.ok(error instanceof ModelError, String(error));
    return [error.code, error.retry];
  }
  return assert.fail('It was taken for an answer.');
}
