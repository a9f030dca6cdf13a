/** What is read of the Messages API's server-sent events; unknown events and fields are let through unread. */
import * as z from 'zod';
import { MAX_ANSWER_BLOCKS } from '../../../core/limits.ts';

const tokenCount = z.number().int().nonnegative().nullish();

const Usage = z.object({
  input_tokens: tokenCount,
  output_tokens: tokenCount,
  cache_read_input_tokens: tokenCount,
  cache_creation_input_tokens: tokenCount,
});
export type WireUsage = z.infer<typeof Usage>;

export const MessageStart = z.object({
  message: z.object({ model: z.string(), usage: Usage.nullish() }),
});

// A sparse list of blocks would be walked through from end to end.
const blockIndex = z.number().int().nonnegative().max(MAX_ANSWER_BLOCKS);

export const BlockStart = z.object({
  index: blockIndex,
  content_block: z.union([
    z.object({ type: z.literal('text'), text: z.string().default('') }),
    z.object({
      type: z.literal('tool_use'),
      id: z.string().min(1),
      name: z.string().min(1),
      input: z.unknown(),
    }),
    z.object({
      type: z.literal('thinking'),
      thinking: z.string().default(''),
      signature: z.string().default(''),
    }),
    z.object({ type: z.literal('redacted_thinking'), data: z.string() }),
    z.object({ type: z.string() }).transform(() => ({ type: 'unknown' as const })),
  ]),
});

export const BlockDelta = z.object({
  index: blockIndex,
  delta: z.union([
    z.object({ type: z.literal('text_delta'), text: z.string() }),
    z.object({ type: z.literal('input_json_delta'), partial_json: z.string() }),
    z.object({ type: z.literal('thinking_delta'), thinking: z.string() }),
    z.object({ type: z.literal('signature_delta'), signature: z.string() }),
    z.object({ type: z.string() }).transform(() => ({ type: 'unknown' as const })),
  ]),
});

export const MessageDelta = z.object({
  delta: z.object({ stop_reason: z.string().nullish() }),
  usage: Usage.nullish(),
});

export const StreamFailure = z.object({
  error: z.object({ type: z.string(), message: z.string().default('') }),
});
