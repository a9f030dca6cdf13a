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

/** How long a response may stay open after its answer is complete: the end is under way then. */
const endGraceMs = 250;

/**
 * Reads a streamed answer to its end. The events are taken raw, because the typed stream hides the
 * pings, and during long thinking those are the only sign of life. `hangUp` must abort the request.
 */
export async function readAnswer(
  response: Response,
  thinking: RememberedThinking,
  options: SendOptions & { readonly hangUp: () => void },
): Promise<ModelAnswer> {
  const builder = new AnswerBuilder(thinking);
  let answer: ModelAnswer | null = null;
  let grace: NodeJS.Timeout | undefined;
  try {
    for await (const { event, data } of Stream.rawEvents(response)) {
      // A response that is left before its end takes its connection with it, and the next one needs a new one.
      if (answer !== null) continue;
      options.onActivity?.();
      if (event === 'message_stop') {
        answer = checked(() => builder.answer());
        grace = setTimeout(options.hangUp, endGraceMs);
        continue;
      }
      const text = checked(() => applyEvent(builder, event, data));
      if (text !== '') options.onText?.(text);
    }
  } catch (error) {
    // However the response ends, a complete answer stands.
    if (answer === null) throw error;
  } finally {
    clearTimeout(grace);
  }
  if (answer !== null) return answer;
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
