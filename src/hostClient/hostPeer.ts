import type { HostMethod } from '../protocol/host/hostRpc.ts';

/** Where a client says what is wrong with its connection. */
export interface ClientLog {
  warn(message: string): void;
  error(message: string): void;
}

/** Why something could not be asked or answered. `reason` is a short sentence about the peer: "it ended." */
export type PeerTrouble =
  | { readonly type: 'unreachable'; readonly reason: string; readonly cause?: unknown }
  /** The connection closed while this request waited, or before it was sent. */
  | { readonly type: 'gone'; readonly method: HostMethod; readonly reason: string }
  /** The connection stands; this one answer took too long. */
  | { readonly type: 'late'; readonly method: HostMethod; readonly waitedMs: number };

/** Who is at the other end, in the words of the one who asks. */
export interface HostPeer {
  readonly log: ClientLog;
  /** Longest time that an answer may take, and the connection itself for `hello`. */
  readonly answerMs: (method: HostMethod) => number;
  /** The error that callers see; it says who was asked and what to do. */
  readonly describe: (trouble: PeerTrouble) => Error;
}
