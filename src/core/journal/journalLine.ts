/** A journal line: `{v, seq, at, prev, kind, …}`, where prev is the hash of the line before. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../../base/json.ts';
import { RunEvent, type DurableRunEvent, type RunFact } from '../../protocol/runEvents.ts';
import { JOURNAL_VERSION } from '../../protocol/version.ts';

/** `prev` of the first line. */
export const FIRST_PREV = hashLine('');

const Envelope = z.looseObject({
  v: z.number().int(),
  seq: z.number().int().positive(),
  at: z.number(),
  prev: z.string(),
  kind: z.string(),
});

/** Thrown when a journal holds an entry that cannot be what was written; names the entry. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly code = 'journal_broken';
  readonly seq: number;

  constructor(seq: number, problem: string) {
    super(`Journal entry ${seq} is broken: ${problem}.`);
    this.seq = seq;
  }
}

/** The SHA-256 of a line without its line end, in hex. */
export function hashLine(line: string): string {
  return createHash('sha256').update(line).digest('hex');
}

/** Writes a fact as a line; the text has no line end. */
export function encodeLine(
  fact: RunFact,
  place: { readonly seq: number; readonly at: number; readonly prev: string },
): string {
  const { type, ...rest } = fact;
  return JSON.stringify({ v: JOURNAL_VERSION, ...place, kind: type, ...rest });
}

/** Reads a line back; throws a JournalError when it is not a whole entry of this version. */
export function decodeLine(
  line: string,
  expected: { readonly runId: string; readonly seq: number; readonly prev: string },
): DurableRunEvent {
  const { runId, seq } = expected;
  const envelope = Envelope.safeParse(parseLine(line, seq));
  if (!envelope.success) throw new JournalError(seq, z.prettifyError(envelope.error));
  const { kind, prev, v, ...rest } = envelope.data;
  if (v !== JOURNAL_VERSION) throw new JournalError(seq, `version ${v} is not known`);
  if (rest.seq !== seq) throw new JournalError(seq, `it says that it is entry ${rest.seq}`);
  if (prev !== expected.prev) throw new JournalError(seq, 'it does not follow the entry before it');
  const event = RunEvent.safeParse({ type: kind, runId, ...rest });
  if (!event.success) throw new JournalError(seq, z.prettifyError(event.error));
  if (event.data.type === 'agent.progress') throw new JournalError(seq, 'it is of a passing kind');
  return event.data;
}

function parseLine(line: string, seq: number): unknown {
  try {
    return parseJson(line);
  } catch {
    throw new JournalError(seq, 'it is not JSON');
  }
}
