import { MAX_ANSWER_BYTES } from '../../../core/limits.ts';

/** The server went on sending after the most that an answer can have. */
export class AnswerTooLongError extends Error {
  override readonly name = 'AnswerTooLongError';
}

/**
 * The same response with an end to its body: a server's promise to keep to the output limit is no more than that.
 * Bytes are counted and not events, because one line can go on for ever too.
 */
export function limitAnswer(response: Response): Response {
  if (response.body === null) return response;
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  let bytes = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const { done, value } = await reader.read();
        if (done) {
          controller.close();
          return;
        }
        bytes += value.length;
        if (bytes > MAX_ANSWER_BYTES) await giveUp(reader);
        controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    // Nothing is read ahead of whoever reads.
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: response.headers });
}

async function giveUp(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<never> {
  await reader.cancel();
  throw new AnswerTooLongError(`the answer has more than ${MAX_ANSWER_BYTES} bytes.`);
}
