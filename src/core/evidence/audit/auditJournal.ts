import * as z from 'zod';
import { parseJson } from '../../../base/json.ts';
import { isTransient, RunEvent } from '../../../protocol/events/runEvents.ts';
import type { DurableRunEvent } from '../../../protocol/events/runEvents.ts';
import { JOURNAL_VERSION } from '../../../protocol/host/version.ts';
import type { Findings } from './auditFinding.ts';
import { checkChain, type Chain, type LinePlace } from './chainLines.ts';
import { SEAL_FILE, type Seal } from './seals.ts';

/** The chain itself. */
export const JOURNAL_FILE = 'journal.jsonl';

/** An entry with the line that holds it. */
export interface AuditedEntry {
  readonly line: number;
  readonly event: DurableRunEvent;
}

export interface AuditedJournal {
  readonly chain: Chain;
  /** Every entry that can be understood, in order. */
  readonly entries: readonly AuditedEntry[];
}

/** Follows the chain from its first entry to its last, and reads every entry against the schema. */
export function auditJournal(
  given: { readonly runId: string; readonly bytes: Uint8Array; readonly seal: Seal | null },
  findings: Findings,
): AuditedJournal {
  const { runId, bytes, seal } = given;
  const sealed = seal === null ? null : { file: SEAL_FILE, seq: seal.seq, head: seal.head };
  const chain = checkChain({ file: JOURNAL_FILE, bytes, sealed, placeOf }, findings);
  const entries = chain.lines.flatMap(({ line, seq, text }): AuditedEntry[] => {
    const fields = readFields(text);
    if (fields === null) return [];
    const event = readEvent(runId, fields);
    if (typeof event !== 'string') return [{ line, event }];
    // What was changed is known to be changed; how its fields differ now says nothing more.
    if (!findings.isBrokenAt(JOURNAL_FILE, seq)) {
      findings.broken(JOURNAL_FILE, `Entry ${seq ?? line} ${event}`, { line, seq });
    }
    return [];
  });
  if (entries.length === 0) findings.broken(JOURNAL_FILE, 'The journal has no entries.');
  checkNamedHeads(chain, entries, findings);
  return { chain, entries };
}

const Head = z.looseObject({
  v: z.unknown(),
  seq: z.number().int().positive(),
  at: z.number(),
  prev: z.string(),
  kind: z.string(),
});

function placeOf(text: string): LinePlace {
  const fields = readFields(text);
  if (fields === null) return { type: 'unreadable', reason: 'is not a JSON object' };
  const head = Head.safeParse(fields);
  if (!head.success) return { type: 'unreadable', reason: 'does not start like a journal entry' };
  const { v, seq, prev } = head.data;
  if (v === JOURNAL_VERSION) return { type: 'linked', seq, prev };
  const version = JSON.stringify(v);
  return {
    type: 'unreadable',
    reason: `names version ${version}, which this Muster does not know`,
  };
}

const Fields = z.record(z.string(), z.unknown());

function readFields(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const fields = Fields.safeParse(parseJson(text));
    return fields.success ? fields.data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** The event, or what is wrong with it. */
function readEvent(
  runId: string,
  fields: Readonly<Record<string, unknown>>,
): DurableRunEvent | string {
  const { kind } = fields;
  const event = RunEvent.safeParse({ ...fields, type: kind, runId });
  if (!event.success) return `is not a valid "${String(kind)}" entry.`;
  return isTransient(event.data) ? 'is of a kind that is never journaled.' : event.data;
}

/** `run.ended` names an entry before it: what stands there must be in the chain. */
function checkNamedHeads(chain: Chain, entries: readonly AuditedEntry[], findings: Findings): void {
  const lineOf = new Map(chain.lines.map(({ hash, line }) => [hash, line]));
  for (const { line, event } of entries) {
    if (event.type !== 'run.ended' || !/^[0-9a-f]{64}$/u.test(event.headHash)) continue;
    const named = lineOf.get(event.headHash);
    if (named !== undefined && named < line) continue;
    // Where an entry before it was changed, that one is found already.
    if (
      findings.list().some(({ file, severity }) => file === JOURNAL_FILE && severity === 'broken')
    )
      continue;
    const message = `Entry ${event.seq} names a head that no entry before it has.`;
    findings.broken(JOURNAL_FILE, message, { line, seq: event.seq });
  }
}
