/**
 * The journal is a hash chain: each line carries the hash of the line before it, so that nothing can
 * be changed, dropped or reordered without every later line showing it.
 */
import * as z from 'zod';
import { parseJson, type Json } from '../../base/json.ts';
import { isTransient, RunEvent } from '../../protocol/events/runEvents.ts';
import type { DurableRunEvent } from '../../protocol/events/runEvents.ts';
import { JOURNAL_VERSION } from '../../protocol/host/version.ts';
import { JournalError } from './journalError.ts';
import { sha256Hex } from '../../node/sha256Hex.ts';

/** What the first line names as the hash of the line before it. */
export const GENESIS_HASH = sha256Hex('');

/** What is read back from a journal. */
export interface JournalContent {
  readonly events: readonly DurableRunEvent[];
  /** Hash of the last line. */
  readonly headHash: string;
  /** Bytes of the whole lines; what follows them was torn off in mid-write and never counted. */
  readonly wholeBytes: number;
}

/** What every line begins with. */
interface LineHead {
  readonly seq: number;
  readonly prev: string;
  readonly kind: string;
}

/** The line of an event, without its line break. The run's id is the folder's and is not repeated. */
export function encodeJournalLine(event: DurableRunEvent, prev: string): string {
  const { type: kind, ...fields } = event;
  // Named first, so that every line begins alike; what is undefined has no place in JSON.
  const head = { v: JOURNAL_VERSION, seq: fields.seq, at: fields.at, prev, kind };
  return JSON.stringify(Object.assign(head, fields, { runId: undefined }));
}

/** Reads a journal, checking every entry and the whole chain; a torn last line is left out. */
export function decodeJournal(runId: string, bytes: Uint8Array): JournalContent {
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, wholeBytes));
  const lines = text.split('\n').slice(0, -1);
  const events: DurableRunEvent[] = [];
  let headHash = GENESIS_HASH;
  for (const line of lines) {
    events.push(decodeLine(runId, line, { seq: events.length + 1, prev: headHash }));
    headHash = sha256Hex(line);
  }
  return { events, headHash, wholeBytes };
}

function decodeLine(
  runId: string,
  line: string,
  expected: { readonly seq: number; readonly prev: string },
): DurableRunEvent {
  const fields = tryParse(line);
  const head = readHead(fields);
  const entry = { line: expected.seq, seq: head?.seq ?? null };
  if (head === null) throw new JournalError('is not a journal entry', entry);
  const { seq, prev, kind } = head;
  if (seq !== expected.seq) {
    throw new JournalError(`is out of order: entry ${expected.seq} belongs there`, entry);
  }
  if (prev !== expected.prev) throw new JournalError('does not follow from the line before', entry);
  // The fields were parsed here and belong to nobody else; a copy of each would cost as much as the parsing.
  const event = RunEvent.safeParse(Object.assign(fields, { type: kind, runId }));
  if (!event.success) {
    throw new JournalError(
      `is not a valid "${kind}" event: ${z.prettifyError(event.error)}`,
      entry,
    );
  }
  if (isTransient(event.data)) {
    throw new JournalError('holds a transient event', entry);
  }
  return event.data;
}

function tryParse(line: string): { readonly [key: string]: Json } {
  try {
    const fields = parseJson(line);
    return typeof fields === 'object' && fields !== null && !isArray(fields) ? fields : {};
  } catch {
    // The caller names the line; where exactly its JSON breaks helps nobody.
    return {};
  }
}

// `Array.isArray` does not tell a readonly array from an object.
function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

// Looked at without a schema: the event's own schema sees all of it a moment later.
function readHead({ v, seq, at, prev, kind }: { readonly [key: string]: Json }): LineHead | null {
  if (v !== JOURNAL_VERSION || typeof at !== 'number') return null;
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 1) return null;
  return typeof prev === 'string' && typeof kind === 'string' ? { seq, prev, kind } : null;
}
