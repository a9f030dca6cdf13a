import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { errorBody } from './errorBody.ts';
import { EventWaiters } from './eventWaiters.ts';
import { PromptCache, countInputTokens } from './promptCache.ts';
import type { CachePlan } from './promptCache.ts';
import { describeRequest } from './recordedRequest.ts';
import type { RecordedRequest, UnscriptedCall } from './recordedRequest.ts';
import { after, fail } from './replies.ts';
import type { FailReply, Reply } from './replies.ts';
import { requestProblem } from './requestProblem.ts';
import { sendJson, sendReply } from './sendReply.ts';
import { WireRequest } from './wireRequest.ts';

/** What a script may want to know besides the request's body. */
export type RespondContext = {
  /** Position among the requests that were well-formed and so came to a script, from 0. */
  readonly turn: number;
  readonly request: RecordedRequest;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
};

/** The script: an answer for each request; undefined means that the request was not expected. */
export type Respond = (
  request: WireRequest,
  ctx: RespondContext,
) => Reply | undefined | Promise<Reply | undefined>;

/** How to start the server. */
export type MessagesApiOptions = {
  readonly respond: Respond;
  /** Every answer to a message waits that long before it begins. */
  readonly delayMs?: number | undefined;
  /** Scripts `count_tokens`; without it, or where it says undefined, tokens are counted. */
  readonly respondCountTokens?: Respond | undefined;
  /** `drop` forgets bodies after the answer, so that a long benchmark keeps its memory. */
  readonly bodies?: 'keep' | 'drop' | undefined;
};

/** Starts a loopback server that speaks the Messages API; `dispose` ends it and its sockets. */
export async function startMessagesApi(options: MessagesApiOptions): Promise<MessagesApi> {
  const api = new MessagesApi(options);
  await api.listen();
  return api;
}

/** A running server, what it saw, and waits for what it will see. */
export class MessagesApi {
  /** Every request in the order of arrival, those that failed included. */
  readonly requests: RecordedRequest[] = [];
  /** Requests that the script did not answer; `dispose` throws when there are any. */
  readonly unscripted: UnscriptedCall[] = [];
  baseUrl = '';
  private readonly options: MessagesApiOptions;
  private readonly server: Server;
  private readonly cache = new PromptCache();
  private readonly waiters = new EventWaiters();
  private turns = 0;
  private readonly open = new Set<Exchange>();
  private mostOpen = 0;

  constructor(options: MessagesApiOptions) {
    this.options = options;
    this.server = createServer((request, response) => this.accept(request, response));
    this.server.keepAliveTimeout = 60_000;
  }

  /** Binds to a free port of 127.0.0.1. */
  async listen(): Promise<void> {
    this.server.listen(0, '127.0.0.1', 1024);
    await once(this.server, 'listening');
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('The port is unknown.');
    this.baseUrl = `http://127.0.0.1:${address.port}`;
  }

  /** How many requests are open now. */
  inFlight(): number {
    return this.open.size;
  }

  /** The most requests that were open at once since the start or the last reset. */
  maxInFlight(): number {
    return this.mostOpen;
  }

  /** Begins a new measurement of `maxInFlight` at what is open now. */
  resetMaxInFlight(): void {
    this.mostOpen = this.open.size;
  }

  /** How many requests got which status; `none` counts those without a status line. */
  statusCounts(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const request of this.requests) {
      const key = String(request.status ?? 'none');
      counts[key] = (counts[key] ?? 0) + 1;
    }
    return counts;
  }

  /** Settles when the predicate holds, looked at whenever a request begins, arrives or ends. */
  async waitFor(
    predicate: (api: MessagesApi) => boolean,
    deadlineMs: number,
    what: string,
  ): Promise<void> {
    const describe = () =>
      [
        `Waited ${deadlineMs} ms for ${what}. ${this.requests.length} requests so far:`,
        ...this.requests.slice(-20).map(describeRequest),
      ].join('\n');
    await this.waiters.wait(() => predicate(this), deadlineMs, describe);
  }

  /** Closes everything; throws when a request came that was not scripted. */
  async dispose(): Promise<void> {
    this.waiters.failAll('The Messages API server was disposed of while a test still waited.');
    if (this.server.listening) {
      const closed = once(this.server, 'close');
      this.server.close();
      for (const exchange of this.open) exchange.isCutByServer = true;
      this.server.closeAllConnections();
      await closed;
    }
    const calls = this.unscripted.splice(0);
    if (calls.length === 0) return;
    const lines = calls.map((call) => `#${call.index} ${call.path}: ${call.reason}`);
    throw new Error(
      `${calls.length} unscripted calls reached the Messages API server:\n${lines.join('\n')}`,
    );
  }

  private accept(request: IncomingMessage, response: ServerResponse): void {
    const record: RecordedRequest = {
      index: this.requests.length,
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      startedAt: performance.now(),
      closedByClient: false,
    };
    const exchange = new Exchange(record, response);
    this.requests.push(record);
    this.open.add(exchange);
    this.mostOpen = Math.max(this.mostOpen, this.open.size);
    // A write to a client that has just gone fails; `finish` has recorded that already.
    response.on('error', () => undefined);
    response.once('close', () => this.finish(exchange));
    this.waiters.check();
    this.answer(exchange, request).catch((error: unknown) => {
      this.answerUnscripted(exchange, error);
    });
  }

  private finish(exchange: Exchange): void {
    exchange.close();
    if (this.options.bodies === 'drop') exchange.record.body = undefined;
    this.open.delete(exchange);
    this.waiters.check();
  }

  private async answer(exchange: Exchange, request: IncomingMessage): Promise<void> {
    const source = await bodyText(request);
    if (source === undefined) return;
    const path = exchange.record.path.split('?')[0];
    if (request.method !== 'POST' || !isKnownPath(path)) {
      this.unscripted.push({ ...placeOf(exchange.record), reason: 'no such endpoint' });
      return exchange.send(fail(404));
    }
    const refusal = refusalOf(request, source);
    if (refusal.type === 'fail') return exchange.send(refusal);
    exchange.record.body = refusal.body;
    this.waiters.check();
    await (path === countPath
      ? this.answerCount(exchange, refusal.body)
      : this.answerMessage(exchange, refusal.body));
  }

  private async answerCount(exchange: Exchange, body: WireRequest): Promise<void> {
    const reply = await this.options.respondCountTokens?.(body, this.contextOf(exchange));
    if (reply !== undefined) return exchange.send(reply);
    sendJson(exchange, 200, { input_tokens: countInputTokens(body) });
  }

  private async answerMessage(exchange: Exchange, body: WireRequest): Promise<void> {
    const version = String(exchange.record.headers['anthropic-version'] ?? '');
    const problem =
      body.max_tokens === undefined ? 'max_tokens: Field required' : requestProblem(body, version);
    if (problem !== undefined) return exchange.send(fail(400, { message: problem }));
    const plan = this.cache.plan(body);
    const reply = await this.options.respond(body, this.contextOf(exchange));
    if (reply === undefined) throw new Error('the script has no answer to it');
    const delayMs = this.options.delayMs ?? 0;
    await exchange.send(delayMs > 0 ? after(delayMs, reply) : reply, { body, plan });
  }

  private contextOf(exchange: Exchange): RespondContext {
    const turn = this.turns;
    this.turns += 1;
    return { turn, request: exchange.record, signal: exchange.signal };
  }

  private answerUnscripted(exchange: Exchange, error: unknown): void {
    if (exchange.signal.aborted) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.unscripted.push({ ...placeOf(exchange.record), reason });
    this.waiters.check();
    if (exchange.response.headersSent) {
      exchange.response.destroy();
      return;
    }
    const message = `Unscripted call to ${exchange.record.path}: ${reason}. Extend the test's script.`;
    sendJson(exchange, 500, errorBody(500, { message }, exchange.requestId));
  }
}

const messagesPath = '/v1/messages';
const countPath = '/v1/messages/count_tokens';

function isKnownPath(path: string | undefined): boolean {
  return path === messagesPath || path === countPath;
}

function placeOf(record: RecordedRequest): { readonly index: number; readonly path: string } {
  return { index: record.index, path: record.path };
}

// A client that goes away while it sends leaves nothing to answer; `finish` records it.
async function bodyText(request: IncomingMessage): Promise<string | undefined> {
  return readText(request).catch(() => undefined);
}

function refusalOf(
  request: IncomingMessage,
  source: string,
): FailReply | { readonly type: 'accepted'; readonly body: WireRequest } {
  const { headers } = request;
  if (headers['x-api-key'] === undefined && headers.authorization === undefined) {
    return fail(401, { message: 'x-api-key header is required' });
  }
  const parsed = WireRequest.safeParse(jsonOf(source));
  if (parsed.success) return { type: 'accepted', body: parsed.data };
  const [issue] = parsed.error.issues;
  return fail(400, { message: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'malformed'}` });
}

function jsonOf(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    // The schema refuses undefined, and the client is told so with status 400.
    return undefined;
  }
}

/** One request and its answer, until the socket lets go of it. */
class Exchange {
  readonly record: RecordedRequest;
  readonly response: ServerResponse;
  readonly requestId: string;
  private readonly gone = new AbortController();
  isCutByServer = false;

  constructor(record: RecordedRequest, response: ServerResponse) {
    this.record = record;
    this.response = response;
    this.requestId = `req_${String(record.index + 1).padStart(6, '0')}`;
  }

  get signal(): AbortSignal {
    return this.gone.signal;
  }

  async send(
    reply: Reply,
    context: { readonly body?: WireRequest; readonly plan?: CachePlan } = {},
  ): Promise<void> {
    const noInput = { inputTokens: 0, cacheCreationTokens: 0, cacheReadTokens: 0 };
    const { index } = this.record;
    const input = context.plan?.usage ?? noInput;
    await sendReply(reply, {
      response: this.response,
      requestId: this.requestId,
      facts: { index, model: context.body?.model ?? '', input },
      isStream: context.body?.stream === true,
      signal: this.signal,
      onBegin: () => context.plan?.commit(),
      onCut: () => {
        this.isCutByServer = true;
      },
    });
  }

  close(): void {
    this.record.endedAt = performance.now();
    this.record.status = this.response.headersSent ? this.response.statusCode : undefined;
    this.record.closedByClient = !this.response.writableFinished && !this.isCutByServer;
    this.gone.abort();
  }
}
