/** The background host as the editor sees it: its time limits, and what to tell people when it fails. */
import { assertNever } from '../base/assertNever.ts';
import type { HostMethod } from '../protocol/host/hostRpc.ts';
import { HOST_ANSWER_MS } from './answerLimits.ts';
import type { ClientLog, HostPeer, PeerTrouble } from './hostPeer.ts';

/** The host ended, fell silent or misbehaved while a request waited for its answer. */
class HostGoneError extends Error {
  readonly code = 'host_died';

  constructor(method: HostMethod, reason: string) {
    super(
      `The background host did not answer "${method}": ${reason} Try again to start or find one.`,
    );
    this.name = 'HostGoneError';
  }
}

/** The host lives, and one of its answers did not come in time. */
class HostLateError extends Error {
  readonly code = 'host_late';

  constructor(method: HostMethod, waitedMs: number) {
    const seconds = Math.round(waitedMs / 1000);
    super(
      `The background host has not answered "${method}" for ${seconds} seconds. Look at its log (Muster: Show Host Log) and try again.`,
    );
    this.name = 'HostLateError';
  }
}

/** Describes the background host of a workspace to a connection. */
export function backgroundHost(log: ClientLog): HostPeer {
  return { log, answerMs: (method) => HOST_ANSWER_MS[method], describe };
}

function describe(trouble: PeerTrouble): Error {
  switch (trouble.type) {
    case 'unreachable': {
      const { reason, cause } = trouble;
      return new Error(`Cannot connect to the background host: ${reason}`, { cause });
    }
    case 'gone':
      return new HostGoneError(trouble.method, trouble.reason);
    case 'late':
      return new HostLateError(trouble.method, trouble.waitedMs);
    default:
      return assertNever(trouble);
  }
}
