import type { IncomingHttpHeaders } from 'node:http';
import type { WireRequest } from './wireRequest.ts';

/** What the server saw of one request; times are milliseconds of a monotonic clock. */
export type RecordedRequest = {
  /** Position among all requests, from 0. */
  readonly index: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly startedAt: number;
  /** Undefined until it arrived whole, for a body that is no message request, and when dropped. */
  body?: WireRequest | undefined;
  /** Undefined while no status line was sent. */
  status?: number | undefined;
  /** Undefined while the request is open. */
  endedAt?: number | undefined;
  /** The socket closed from the other side before the answer ended. */
  closedByClient: boolean;
};

/** A request that the script has no answer for, or whose script threw. */
export type UnscriptedCall = {
  readonly index: number;
  readonly path: string;
  readonly reason: string;
};

/** One line about a request, for messages of failed waits. */
export function describeRequest(request: RecordedRequest): string {
  const state = request.endedAt === undefined ? 'open' : (request.status ?? 'no status');
  const aborted = request.closedByClient ? ', closed by the client' : '';
  return `#${request.index} ${request.method} ${request.path}: ${state}${aborted}`;
}
