/** Answers that no sound model gives, as they go over the wire. */
import { setTimeout as delay } from 'node:timers/promises';
import { rawStream, type Reply } from './replies.ts';

type Event = { readonly type: string } & Readonly<Record<string, unknown>>;

/** One event as text. */
export function wire(event: Event): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

function begin(model: string): string {
  const usage = { input_tokens: 1, output_tokens: 1 };
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model, content: [], usage };
  return wire({ type: 'message_start', message });
}

const end =
  wire({ type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 1 } }) +
  wire({ type: 'message_stop' });

/** A block of the answer: what it starts with, and the pieces that follow. */
export function block(
  index: number,
  content: Readonly<Record<string, unknown>>,
  ...deltas: readonly Readonly<Record<string, unknown>>[]
): string {
  return [
    wire({ type: 'content_block_start', index, content_block: content }),
    ...deltas.map((delta) => wire({ type: 'content_block_delta', index, delta })),
    wire({ type: 'content_block_stop', index }),
  ].join('');
}

/** A tool call whose input is this text, JSON or not. */
export function toolCall(index: number, inputText: string, id = `toolu_${index}`): string {
  return block(
    index,
    { type: 'tool_use', id, name: 'read_file', input: {} },
    { type: 'input_json_delta', partial_json: inputText },
  );
}

/** A whole answer of these blocks. */
export function answer(...blocks: readonly string[]): Reply {
  return rawStream((model) => [begin(model), ...blocks, end]);
}

/** An answer that begins well and goes on for ever with this piece. */
export function endless(first: string, piece: string, pauseMs = 0): Reply {
  return rawStream(async function* (model) {
    yield begin(model) + first;
    for (;;) {
      yield piece;
      if (pauseMs > 0) await delay(pauseMs);
    }
  });
}
