/** Connects to the process that owns a run: the host asks so for a window, and a command line for a person. */
import { assertNever } from '../../base/assertNever.ts';
import { MEMORY_ANSWER_MS } from '../../hostClient/answerLimits.ts';
import { HostConnection } from '../../hostClient/hostConnection.ts';
import type { HostPeer, PeerTrouble } from '../../hostClient/hostPeer.ts';
import type { RunOwner } from '../runs/runOwner.ts';

/** Thrown when the process that owns a run lives and cannot be asked. */
class OwnerUnreachableError extends Error {
  override readonly name = 'OwnerUnreachableError';
  readonly code = 'host_died';
}

/** Connects and says hello; rejects with a sentence about that process. */
export async function openOwner(owner: RunOwner): Promise<HostConnection> {
  const { socket, token, pid } = owner;
  if (socket === null || token === null) throw unreachable(pid, 'it takes no orders.');
  return HostConnection.open({ socket, token }, ownerPeer(pid));
}

/** Whoever asks an owner has a person waiting, or a journal to read instead: it does not wait long. */
function ownerPeer(pid: number): HostPeer {
  return {
    log: { warn: () => undefined, error: () => undefined },
    // An owner never asks further, and reads its own runs from memory.
    answerMs: () => MEMORY_ANSWER_MS,
    describe: (trouble) => unreachable(pid, reasonOf(trouble)),
  };
}

function reasonOf(trouble: PeerTrouble): string {
  switch (trouble.type) {
    case 'unreachable':
    case 'gone':
      return trouble.reason;
    case 'late':
      return `it has not answered for ${trouble.waitedMs / 1000} seconds.`;
    default:
      return assertNever(trouble);
  }
}

function unreachable(pid: number, reason: string): OwnerUnreachableError {
  return new OwnerUnreachableError(
    `Process ${pid} runs it and cannot be asked: ${reason} Try again, or end that process and resume the run.`,
  );
}
