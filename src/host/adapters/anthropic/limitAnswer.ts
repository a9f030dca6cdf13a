import { MAX_ANSWER_BYTES, MAX_COMPLAINT_BYTES } from '../../../core/limits.ts';

/** The server went on sending after the most that an answer can have. */
export class AnswerTooLongError extends Error {
  override readonly name = 'AnswerTooLongError';
}

/**
 * The same response with an end to its body: a server's promise to keep to the output limit is no more than that.
 * Bytes are counted and not events, because one line can go on for ever too.
 */
export function limitAnswer(response: Response): Response {
  return limited(response, MAX_ANSWER_BYTES, async (reader) => {
    await reader.cancel();
    throw new AnswerTooLongError(`the answer has more than ${MAX_ANSWER_BYTES} bytes.`);
  });
}

/** What a server says with an error is read no further than people do; a success keeps its whole body. */
export function limitComplaint(response: Response): Response {
  if (response.ok) return response;
  return limited(response, MAX_COMPLAINT_BYTES, (reader) => reader.cancel());
}

type BodyReader = ReadableStreamDefaultReader<Uint8Array>;

function limited(
  response: Response,
  most: number,
  onExcess: (reader: BodyReader) => Promise<void>,
): Response {
  if (response.body === null) return response;
  const reader: BodyReader = response.body.getReader();
  let bytes = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const { done, value } = await reader.read();
        if (!done) bytes += value.length;
        if (bytes > most) await onExcess(reader);
        if (done || bytes > most) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    // Nothing is read ahead of whoever reads.
    { highWaterMark: 0 },
  );
  const { headers, status, statusText } = response;
  return new Response(body, { headers, status, statusText });
}
