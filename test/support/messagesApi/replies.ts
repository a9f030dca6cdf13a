/** Why the model stopped, in the API's words. */
export type StopReason = 'end_turn' | 'tool_use' | 'max_tokens' | 'stop_sequence' | 'refusal';

/** One block of a scripted answer. */
export type AnswerBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'toolUse'; readonly name: string; readonly input: unknown };

/** A model's answer; usage that is left out follows from the lengths of the texts. */
export type MessageReply = {
  readonly type: 'message';
  readonly blocks: readonly AnswerBlock[];
  readonly stopReason: StopReason;
  readonly usage?: ReplyUsage | undefined;
};

/** Token counts that replace the computed ones. */
export type ReplyUsage = {
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
};

/** An HTTP error in the API's shape. */
export type FailReply = {
  readonly type: 'fail';
  readonly status: number;
  readonly details: FailDetails;
};

/** What an error says besides its status; the rest has the API's usual values. */
export type FailDetails = {
  readonly retryAfterSeconds?: number | undefined;
  readonly type?: string | undefined;
  readonly message?: string | undefined;
  /** The exact cause, as in `enforced_spend_limit_reached`. */
  readonly code?: string | undefined;
};

/** Text of a stream as it goes over the wire; ends when the client is gone. */
export type RawPieces = Iterable<string> | AsyncIterable<string>;

/** What the scripted server does with one request. */
export type Reply =
  | MessageReply
  | FailReply
  | { readonly type: 'cutConnection' }
  | { readonly type: 'cutMidStream'; readonly text: string }
  | { readonly type: 'failMidStream'; readonly text: string; readonly details: FailDetails }
  | { readonly type: 'rawStream'; readonly pieces: (model: string) => RawPieces }
  | { readonly type: 'slowly'; readonly reply: Reply; readonly msPerEvent: number }
  | { readonly type: 'after'; readonly ms: number; readonly reply: Reply }
  | { readonly type: 'hold'; readonly until: Promise<unknown>; readonly reply: Reply }
  | {
      readonly type: 'beginThenHold';
      readonly until: Promise<unknown>;
      readonly reply: MessageReply;
    }
  | {
      readonly type: 'withHeaders';
      readonly headers: Readonly<Record<string, string>>;
      readonly reply: Reply;
    };

/** Answers with text and ends the turn. */
export function text(value: string, stopReason: StopReason = 'end_turn'): MessageReply {
  const blocks: readonly AnswerBlock[] = value === '' ? [] : [{ type: 'text', text: value }];
  return { type: 'message', blocks, stopReason };
}

/** Answers with one tool call, after some text if given. */
export function toolUse(
  name: string,
  input: unknown,
  options: { readonly text?: string | undefined } = {},
): MessageReply {
  return toolUses([{ name, input }], options);
}

/** Answers with several tool calls in one turn, after some text if given. */
export function toolUses(
  calls: readonly { readonly name: string; readonly input: unknown }[],
  options: { readonly text?: string | undefined } = {},
): MessageReply {
  const spoken: readonly AnswerBlock[] =
    options.text === undefined ? [] : [{ type: 'text', text: options.text }];
  const asked = calls.map(({ name, input }) => ({ type: 'toolUse' as const, name, input }));
  return { type: 'message', blocks: [...spoken, ...asked], stopReason: 'tool_use' };
}

/** Answers with an HTTP error; 429 carries rate limit headers as well. */
export function fail(status: number, details: FailDetails = {}): FailReply {
  return { type: 'fail', status, details };
}

/** Closes the socket before any byte of the answer. */
export function cutConnection(): Reply {
  return { type: 'cutConnection' };
}

/** Sends the beginning of an answer, then closes the socket. */
export function cutMidStream(partialText: string): Reply {
  return { type: 'cutMidStream', text: partialText };
}

/** Sends the beginning of a stream, then an error event, as an overloaded API does. */
export function failMidStream(partialText: string, details: FailDetails = {}): Reply {
  return { type: 'failMidStream', text: partialText, details };
}

/** Sends a stream as it is, sound or not. */
export function rawStream(pieces: (model: string) => RawPieces): Reply {
  return { type: 'rawStream', pieces };
}

/** Waits before each event of the stream. */
export function slowly(reply: Reply, msPerEvent: number): Reply {
  return { type: 'slowly', reply, msPerEvent };
}

/** Waits before the answer begins. */
export function after(ms: number, reply: Reply): Reply {
  return { type: 'after', ms, reply };
}

/** Begins the answer when the promise settles, whichever way. */
export function holdUntil(until: Promise<unknown>, reply: Reply): Reply {
  return { type: 'hold', until, reply };
}

/** Begins to stream at once, so that the client knows that it is being answered; the rest when the promise settles. */
export function beginThenHold(until: Promise<unknown>, reply: MessageReply): Reply {
  return { type: 'beginThenHold', until, reply };
}

/** Adds headers to whatever the answer is, or replaces those it has. */
export function withHeaders(headers: Readonly<Record<string, string>>, reply: Reply): Reply {
  return { type: 'withHeaders', headers, reply };
}

/** Replaces the computed token counts, for tests of limits and costs. */
export function withUsage(usage: ReplyUsage, reply: MessageReply): MessageReply {
  return { ...reply, usage };
}
