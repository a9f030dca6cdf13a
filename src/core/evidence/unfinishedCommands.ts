import type { DurableRunEvent, RunEventOf } from '../../protocol/events/runEvents.ts';
import type { RequiredCommand } from './verdictOf.ts';

/** Required commands that never came to a receipt: refused, cut off, not startable, or never asked for. */
export function unfinishedCommands(events: readonly DurableRunEvent[]): readonly RequiredCommand[] {
  const started = new Map<number, RunEventOf<'verify.started'>>();
  const open = new Map<string, RequiredCommand>();
  const ended = new Set<string>();
  for (const event of events) {
    for (const required of requiredBy(event)) {
      if (!ended.has(keyOf(required))) open.set(keyOf(required), required);
    }
    if (event.type === 'verify.started') started.set(event.verifyId, event);
    const { asked, hasReceipt } = readEvent(event, started);
    if (asked === null) continue;
    const key = keyOf(asked);
    if (hasReceipt) {
      open.delete(key);
      ended.add(key);
    } else if (asked.required) open.set(key, { command: asked.command, cwd: asked.cwd });
  }
  return [...open.values()];
}

/** By the user's settings, at the beginning of a session. */
function requiredBy(event: DurableRunEvent): readonly RequiredCommand[] {
  if (event.type !== 'run.started' && event.type !== 'run.resumed') return [];
  return (event.requiredCommands ?? []).map((command) => ({ command, cwd: '' }));
}

function keyOf({ command, cwd }: RequiredCommand): string {
  return JSON.stringify([command, cwd]);
}

interface Asked extends RequiredCommand {
  readonly required: boolean;
}

function readEvent(
  event: DurableRunEvent,
  started: ReadonlyMap<number, RunEventOf<'verify.started'>>,
): { readonly asked: Asked | null; readonly hasReceipt: boolean } {
  switch (event.type) {
    case 'verify.started':
      return { asked: askedBy(event), hasReceipt: false };
    case 'verify.ended': {
      const begun = started.get(event.verifyId);
      const asked = event.receipt ?? (begun === undefined ? null : askedBy(begun));
      return { asked, hasReceipt: event.receipt !== null };
    }
    case 'call.refused':
      return { asked: refusedBy(event), hasReceipt: false };
    default:
      return { asked: null, hasReceipt: false };
  }
}

// Older versions did not tell the folder, nor whether it was required: then it counts as such.
function askedBy({ command, cwd, required }: RunEventOf<'verify.started'>): Asked {
  return { command, cwd: cwd ?? '', required: required ?? true };
}

function refusedBy({ method, verify, error }: RunEventOf<'call.refused'>): Asked | null {
  if (verify !== undefined) return verify;
  return method === 'verify' ? { command: error.message, cwd: '', required: true } : null;
}
