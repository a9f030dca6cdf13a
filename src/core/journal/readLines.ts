import type { DurableRunEvent } from '../../protocol/runEvents.ts';
import { decodeLine, FIRST_PREV, hashLine } from './journalLine.ts';

export interface ReadJournal {
  readonly events: readonly DurableRunEvent[];
  readonly headHash: string;
  /** Bytes up to the end of the last whole line; what follows is a torn tail. */
  readonly wholeBytes: number;
}

/** Reads a whole journal and checks its chain. A last line without its end was never durable and is left out. */
export function readLines(text: string, runId: string): ReadJournal {
  const end = text.lastIndexOf('\n') + 1;
  const whole = text.slice(0, end);
  const events: DurableRunEvent[] = [];
  let prev = FIRST_PREV;
  for (const line of whole.split('\n').slice(0, -1)) {
    events.push(decodeLine(line, { runId, seq: events.length + 1, prev }));
    prev = hashLine(line);
  }
  return { events, headHash: prev, wholeBytes: new TextEncoder().encode(whole).length };
}
