import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { brokenOffEvents, messageBody, messageEvents, wireText } from './answer.ts';
import type { AnswerFacts, StreamEvent } from './answer.ts';
import { errorBody, errorHeaders } from './errorBody.ts';
import type { FailDetails, MessageReply, RawPieces, Reply } from './replies.ts';

/** One request that waits for its answer. */
export type OpenExchange = {
  readonly response: ServerResponse;
  readonly facts: AnswerFacts;
  readonly requestId: string;
  readonly isStream: boolean;
  /** Aborted as soon as the client is gone. */
  readonly signal: AbortSignal;
  /** Called when the answer begins: from then on its prompt prefix is in the cache. */
  readonly onBegin: () => void;
  /** Called just before the server cuts the connection itself. */
  readonly onCut: () => void;
};

/** Carries out a scripted reply; ends early, without an error, when the client is gone. */
export async function sendReply(reply: Reply, exchange: OpenExchange): Promise<void> {
  try {
    await send(reply, exchange, { headers: {}, msPerEvent: 0 });
  } catch (error) {
    if (!exchange.response.destroyed) throw error;
  }
}

/** Answers with a JSON body; does nothing when the client is gone. */
export function sendJson(
  exchange: Pick<OpenExchange, 'response' | 'requestId'>,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (exchange.response.destroyed) return;
  beginJson(exchange, status, headers);
  exchange.response.end(JSON.stringify(body));
}

type Manner = {
  readonly headers: Readonly<Record<string, string>>;
  readonly msPerEvent: number;
  /** What comes after the first event waits for it. */
  readonly holdUntil?: Promise<unknown>;
};

async function send(reply: Reply, exchange: OpenExchange, manner: Manner): Promise<void> {
  exchange.signal.throwIfAborted();
  switch (reply.type) {
    case 'after':
      await delay(reply.ms, undefined, { signal: exchange.signal });
      return send(reply.reply, exchange, manner);
    case 'hold':
      await settledOrGone(reply.until, exchange.signal);
      return send(reply.reply, exchange, manner);
    case 'beginThenHold':
      return sendMessage(reply.reply, exchange, { ...manner, holdUntil: reply.until });
    case 'slowly':
      return send(reply.reply, exchange, { ...manner, msPerEvent: reply.msPerEvent });
    case 'withHeaders': {
      const headers = { ...reply.headers, ...manner.headers };
      return send(reply.reply, exchange, { ...manner, headers });
    }
    case 'message':
      return sendMessage(reply, exchange, manner);
    case 'fail':
      sendError(exchange, reply, manner.headers);
      return;
    case 'cutConnection':
      cut(exchange);
      return;
    case 'cutMidStream':
      return sendBrokenOff(reply.text, exchange, manner);
    case 'rawStream':
      return sendRaw(reply.pieces(exchange.facts.model), exchange, manner);
    case 'failMidStream':
      return sendFailing(reply.text, reply.details, exchange, manner);
  }
}

async function settledOrGone(until: Promise<unknown>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise: gone, resolve } = Promise.withResolvers<undefined>();
  const onAbort = () => resolve(undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  await Promise.race([Promise.allSettled([until]), gone]);
  signal.removeEventListener('abort', onAbort);
  signal.throwIfAborted();
}

async function sendMessage(
  reply: MessageReply,
  exchange: OpenExchange,
  manner: Manner,
): Promise<void> {
  if (!exchange.isStream) {
    if (manner.holdUntil !== undefined) await settledOrGone(manner.holdUntil, exchange.signal);
    exchange.onBegin();
    sendJson(exchange, 200, messageBody(reply, exchange.facts), manner.headers);
    return;
  }
  await sendEvents(messageEvents(reply, exchange.facts), exchange, manner);
  exchange.response.end();
}

function sendError(
  exchange: OpenExchange,
  reply: { readonly status: number; readonly details: FailDetails },
  headers: Readonly<Record<string, string>>,
): void {
  const body = errorBody(reply.status, reply.details, exchange.requestId);
  sendJson(exchange, reply.status, body, {
    ...errorHeaders(reply.status, reply.details),
    ...headers,
  });
}

async function sendBrokenOff(
  partialText: string,
  exchange: OpenExchange,
  manner: Manner,
): Promise<void> {
  if (exchange.isStream) {
    await sendEvents(brokenOffEvents(partialText, exchange.facts), exchange, manner);
  } else {
    beginJson(exchange, 200, { ...manner.headers, 'content-length': '100000' });
    await written(exchange, JSON.stringify(partialText));
  }
  cut(exchange);
}

async function sendFailing(
  partialText: string,
  details: FailDetails,
  exchange: OpenExchange,
  manner: Manner,
): Promise<void> {
  if (!exchange.isStream) {
    sendError(exchange, { status: 529, details }, manner.headers);
    return;
  }
  const error = { ...errorBody(529, details, exchange.requestId) };
  await sendEvents([...brokenOffEvents(partialText, exchange.facts), error], exchange, manner);
  exchange.response.end();
}

async function sendRaw(pieces: RawPieces, exchange: OpenExchange, manner: Manner): Promise<void> {
  beginStream(exchange, manner);
  for await (const piece of pieces) await written(exchange, piece);
  exchange.response.end();
}

async function sendEvents(
  events: readonly StreamEvent[],
  exchange: OpenExchange,
  manner: Manner,
): Promise<void> {
  beginStream(exchange, manner);
  for (const [index, batch] of batchesOf(events, manner).entries()) {
    if (manner.holdUntil !== undefined && index === 1) {
      await settledOrGone(manner.holdUntil, exchange.signal);
    }
    if (manner.msPerEvent > 0) {
      await delay(manner.msPerEvent, undefined, { signal: exchange.signal });
    }
    await written(exchange, wireText(batch));
  }
}

function beginStream(exchange: OpenExchange, manner: Manner): void {
  exchange.response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'request-id': exchange.requestId,
    ...manner.headers,
  });
  exchange.onBegin();
}

// One write for all of them keeps the server out of what a benchmark measures.
function batchesOf(events: readonly StreamEvent[], manner: Manner): readonly StreamEvent[][] {
  if (manner.msPerEvent > 0) return events.map((event) => [event]);
  return manner.holdUntil === undefined ? [[...events]] : [events.slice(0, 1), events.slice(1)];
}

async function written(exchange: OpenExchange, data: string): Promise<void> {
  exchange.signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  exchange.response.write(data, (error) => {
    if (!error) {
      resolve(undefined);
      return;
    }
    // A failed write is often the first sign that the client is gone; the close event follows.
    exchange.response.destroy();
    reject(error);
  });
  await promise;
}

function cut(exchange: OpenExchange): void {
  exchange.onCut();
  exchange.response.destroy();
}

function beginJson(
  exchange: Pick<OpenExchange, 'response' | 'requestId'>,
  status: number,
  headers: Readonly<Record<string, string>>,
): void {
  exchange.response.writeHead(status, {
    'content-type': 'application/json',
    'request-id': exchange.requestId,
    ...headers,
  });
}
