import { Stream } from '@anthropic-ai/sdk/streaming';
import { errorText } from '../../../base/errorText.ts';
import type { ModelAnswer, SendOptions } from '../../../core/ports/modelClient.ts';
import { AnswerBuilder } from './answerBuilder.ts';
import type { RememberedThinking } from './rememberedThinking.ts';
import { StreamFailure } from './streamEvents.ts';

/** The stream broke off, or held what no sound stream holds. */
export class BrokenStreamError extends Error {
  override readonly name = 'BrokenStreamError';
}

/** An `error` event within the stream. */
export class StreamFailureError extends Error {
  override readonly name = 'StreamFailureError';
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/**
 * Reads a streamed answer to its end. The events are taken raw, because the typed stream hides the
 * pings, and during long thinking those are the only sign of life.
 */
export async function readAnswer(
  response: Response,
  thinking: RememberedThinking,
  options: SendOptions,
): Promise<ModelAnswer> {
  const builder = new AnswerBuilder(thinking);
  for await (const { event, data } of Stream.rawEvents(response)) {
    options.onActivity?.();
    if (event === 'message_stop') return checked(() => builder.answer());
    const text = checked(() => applyEvent(builder, event, data));
    if (text !== '') options.onText?.(text);
  }
  throw new BrokenStreamError('The answer stream ended before the message was complete.');
}

function applyEvent(builder: AnswerBuilder, event: string | null, data: string): string {
  switch (event) {
    case 'message_start':
      builder.start(JSON.parse(data));
      return '';
    case 'content_block_start':
      builder.startBlock(JSON.parse(data));
      return '';
    case 'content_block_delta':
      return builder.addDelta(JSON.parse(data));
    case 'message_delta':
      builder.finish(JSON.parse(data));
      return '';
    case 'error': {
      const { error } = StreamFailure.parse(JSON.parse(data));
      throw new StreamFailureError(error.type, error.message);
    }
    default:
      return '';
  }
}

function checked<T>(step: () => T): T {
  try {
    return step();
  } catch (cause) {
    if (cause instanceof StreamFailureError) throw cause;
    throw new BrokenStreamError(`The answer stream is malformed: ${errorText(cause)}.`, { cause });
  }
}
