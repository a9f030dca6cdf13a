import { tokensOf } from './promptCache.ts';
import type { InputUsage } from './promptCache.ts';
import type { AnswerBlock, MessageReply } from './replies.ts';

/** One server-sent event before it is put into text. */
export type StreamEvent = { readonly type: string } & Readonly<Record<string, unknown>>;

/** What an answer needs to know of its request. */
export type AnswerFacts = {
  readonly index: number;
  readonly model: string;
  readonly input: InputUsage;
};

const smallestPiece = 32;
const mostPieces = 20;

/** The whole answer as one JSON message, for requests without streaming. */
export function messageBody(reply: MessageReply, facts: AnswerFacts): Record<string, unknown> {
  return {
    ...emptyMessage(facts),
    content: reply.blocks.map((block, position) => finishedBlock(block, facts.index, position)),
    stop_reason: reply.stopReason,
    usage: usageOf(facts.input, reply),
  };
}

/** The answer as the events of a stream, in the API's order. */
export function messageEvents(reply: MessageReply, facts: AnswerFacts): readonly StreamEvent[] {
  const usage = usageOf(facts.input, reply);
  return [
    messageStart(facts, usage),
    { type: 'ping' },
    ...reply.blocks.flatMap((block, position) => blockEvents(block, facts.index, position)),
    {
      type: 'message_delta',
      delta: { stop_reason: reply.stopReason, stop_sequence: null, stop_details: null },
      usage: { ...usage, cache_creation: undefined },
    },
    { type: 'message_stop' },
  ];
}

/** The events of a stream that breaks off within its first text block. */
export function brokenOffEvents(partialText: string, facts: AnswerFacts): readonly StreamEvent[] {
  const whole = messageEvents(
    {
      type: 'message',
      blocks: [{ type: 'text', text: partialText }],
      stopReason: 'end_turn',
    },
    facts,
  );
  return whole.slice(
    0,
    whole.findIndex((event) => event.type === 'content_block_stop'),
  );
}

/** Events as the text that goes over the wire. */
export function wireText(events: readonly StreamEvent[]): string {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
}

function messageStart(facts: AnswerFacts, usage: Record<string, unknown>): StreamEvent {
  const message = { ...emptyMessage(facts), usage: { ...usage, output_tokens: 1 } };
  return { type: 'message_start', message };
}

function emptyMessage(facts: AnswerFacts): Record<string, unknown> {
  return {
    id: `msg_${numbered(facts.index)}`,
    type: 'message',
    role: 'assistant',
    model: facts.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
  };
}

function usageOf(input: InputUsage, reply: MessageReply): Record<string, unknown> {
  return {
    input_tokens: reply.usage?.inputTokens ?? input.inputTokens,
    cache_creation_input_tokens: input.cacheCreationTokens,
    cache_read_input_tokens: input.cacheReadTokens,
    cache_creation: {
      ephemeral_5m_input_tokens: input.cacheCreationTokens,
      ephemeral_1h_input_tokens: 0,
    },
    output_tokens: reply.usage?.outputTokens ?? outputTokens(reply.blocks),
    output_tokens_details: null,
    server_tool_use: null,
    service_tier: 'standard',
    inference_geo: null,
    speed: 'standard',
  };
}

function outputTokens(blocks: readonly AnswerBlock[]): number {
  const characters = blocks.reduce((sum, block) => sum + bodyOf(block).length, 0);
  return Math.max(1, tokensOf(characters));
}

function bodyOf(block: AnswerBlock): string {
  return block.type === 'text' ? block.text : JSON.stringify(block.input);
}

function finishedBlock(block: AnswerBlock, index: number, position: number): unknown {
  return block.type === 'text'
    ? { type: 'text', text: block.text, citations: null }
    : { ...startedBlock(block, index, position), input: block.input };
}

function startedBlock(
  block: AnswerBlock,
  index: number,
  position: number,
): Record<string, unknown> {
  if (block.type === 'text') return { type: 'text', text: '', citations: null };
  const id = `toolu_${numbered(index)}_${position}`;
  return { type: 'tool_use', id, name: block.name, input: {}, caller: { type: 'direct' } };
}

function blockEvents(block: AnswerBlock, index: number, position: number): readonly StreamEvent[] {
  const deltas =
    block.type === 'text'
      ? pieces(block.text).map((piece) => ({ type: 'text_delta', text: piece }))
      : ['', ...pieces(bodyOf(block))].map((piece) => ({
          type: 'input_json_delta',
          partial_json: piece,
        }));
  return [
    {
      type: 'content_block_start',
      index: position,
      content_block: startedBlock(block, index, position),
    },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index: position, delta })),
    { type: 'content_block_stop', index: position },
  ];
}

function pieces(value: string): readonly string[] {
  const size = Math.max(smallestPiece, Math.ceil(value.length / mostPieces));
  const found: string[] = [];
  for (let start = 0; start < value.length;) {
    const end = wholeCharacterEnd(value, start + size);
    found.push(value.slice(start, end));
    start = end;
  }
  return found;
}

// A surrogate pair cut in two would reach the client as two broken characters.
function wholeCharacterEnd(value: string, end: number): number {
  const code = value.charCodeAt(end - 1);
  return code >= 0xd800 && code <= 0xdbff ? end + 1 : end;
}

function numbered(index: number): string {
  return String(index + 1).padStart(6, '0');
}
