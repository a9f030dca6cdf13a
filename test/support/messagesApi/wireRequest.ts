import * as z from 'zod';

/** One block of a message, a system prompt or a tool result as the client sent it. */
export const WireBlock = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  id: z.string().optional(),
  name: z.string().optional(),
  input: z.unknown().optional(),
  tool_use_id: z.string().optional(),
  is_error: z.boolean().optional(),
  content: z.unknown().optional(),
  cache_control: z.looseObject({ type: z.string() }).nullish(),
});
export type WireBlock = z.infer<typeof WireBlock>;

/** One turn of the conversation as the client sent it. */
export const WireMessage = z.looseObject({
  role: z.enum(['user', 'assistant', 'system']),
  content: z.union([z.string(), z.array(WireBlock)]),
});
export type WireMessage = z.infer<typeof WireMessage>;

/** One tool definition as the client sent it. */
const WireTool = z.looseObject({
  name: z.string(),
  description: z.string().optional(),
  input_schema: z.unknown().optional(),
  cache_control: z.looseObject({ type: z.string() }).nullish(),
});

/** The body of a request to create or to count a message; unknown fields are kept. */
export const WireRequest = z.looseObject({
  model: z.string(),
  max_tokens: z.number().int().positive().optional(),
  stream: z.boolean().optional(),
  system: z.union([z.string(), z.array(WireBlock)]).optional(),
  messages: z.array(WireMessage).min(1),
  tools: z.array(WireTool).optional(),
  /** Marks the last block of the request. */
  cache_control: z.looseObject({ type: z.string() }).nullish(),
});
export type WireRequest = z.infer<typeof WireRequest>;

/** The blocks of a message, with a plain string seen as one text block. */
export function blocksOf(content: string | readonly WireBlock[]): readonly WireBlock[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

/** The text of the newest user turn, without tool results. */
export function lastUserText(request: WireRequest): string {
  const turn = request.messages.findLast((message) => message.role === 'user');
  const texts = blocksOf(turn?.content ?? '').filter((block) => block.type === 'text');
  return texts.map((block) => block.text ?? '').join('\n');
}

/** The tool results in the newest turn; empty when it holds none. */
export function toolResults(request: WireRequest): readonly WireBlock[] {
  return blocksOf(request.messages.at(-1)?.content ?? '').filter(
    (block) => block.type === 'tool_result',
  );
}
