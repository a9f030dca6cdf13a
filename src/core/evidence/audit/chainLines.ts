/** Checks a file of lines that hang together by hashes, and names the entry that was changed, dropped or moved. */
import { GENESIS_HASH } from '../../journal/journalLines.ts';
import type { Findings } from './auditFinding.ts';
import { sha256Hex } from '../../../node/sha256Hex.ts';

/** What a line says about its place. */
export type LinePlace =
  | { readonly type: 'linked'; readonly seq: number; readonly prev: string }
  /** A line from before such lines were linked: it counts, and says nothing. */
  | { readonly type: 'unlinked' }
  | { readonly type: 'unreadable'; readonly reason: string };

interface ChainLine {
  /** From 1. */
  readonly line: number;
  /** Its number in the chain; null when it cannot be told. */
  readonly seq: number | null;
  /** Hash of its bytes without the line break. */
  readonly hash: string;
  readonly text: string;
}

export interface Chain {
  /** Every whole line in the order of the file. */
  readonly lines: readonly ChainLine[];
  readonly headHash: string;
  readonly headSeq: number;
  /** Bytes after the last whole line. */
  readonly tornBytes: number;
}

interface Placed extends ChainLine {
  /** Null where the line claims nothing. */
  readonly prev: string | null;
}

export interface ChainFile {
  readonly file: string;
  readonly bytes: Uint8Array;
  /** What is said to be the last entry, by a seal. */
  readonly sealed: {
    readonly file: string;
    readonly seq: number;
    readonly head: string;
  } | null;
  readonly placeOf: (text: string) => LinePlace;
}

/** Looks at every line; what is wrong goes to the findings. */
export function checkChain(given: ChainFile, findings: Findings): Chain {
  const { file, bytes, sealed } = given;
  const lines = readPlaced(given, findings);
  checkOrder(file, lines, findings);
  const bySeq = new Map<number, Placed>();
  for (const line of lines) {
    if (line.seq !== null && !bySeq.has(line.seq)) bySeq.set(line.seq, line);
  }
  const changed = checkLinks({ file, bySeq, sealed }, findings);
  const headSeq = [...bySeq.keys()].reduce((highest, seq) => Math.max(highest, seq), 0);
  if (sealed !== null) checkSeal({ file, sealed, bySeq, headSeq, changed }, findings);
  const headHash = bySeq.get(headSeq)?.hash ?? GENESIS_HASH;
  const tornBytes = bytes.length - (bytes.lastIndexOf(NEWLINE) + 1);
  return { lines, headHash, headSeq, tornBytes };
}

const NEWLINE = 0x0a;

/** A byte that is no UTF-8 changes the hash, so that lines are hashed as bytes and read as text. */
function readPlaced(given: ChainFile, findings: Findings): readonly Placed[] {
  const { file, bytes, placeOf } = given;
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const lines: Placed[] = [];
  let before: Placed | null = null;
  for (let start = 0, line = 1; ; line += 1) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end < 0) return lines;
    const lineBytes = bytes.subarray(start, end);
    start = end + 1;
    const text = decoder.decode(lineBytes);
    const raw = { line, hash: sha256Hex(lineBytes), text };
    before = placeLine({ file, raw, before, place: placeOf(text) }, findings);
    lines.push(before);
  }
}

function placeLine(
  given: {
    readonly file: string;
    readonly raw: { readonly line: number; readonly hash: string; readonly text: string };
    readonly before: Placed | null;
    readonly place: LinePlace;
  },
  findings: Findings,
): Placed {
  const { file, raw, before, place } = given;
  const { line } = raw;
  // Where the line before cannot be numbered, the place in the file is the best guess.
  const expected = before === null ? 1 : (before.seq ?? line - 1) + 1;
  if (place.type === 'unlinked') return { ...raw, seq: expected, prev: null };
  if (place.type === 'unreadable') {
    findings.broken(file, `Entry ${expected} was changed: line ${line} ${place.reason}.`, {
      line,
      seq: expected,
    });
    return { ...raw, seq: expected, prev: null };
  }
  const { seq, prev } = place;
  const isInPlace = prev === (before?.hash ?? GENESIS_HASH);
  if (!isInPlace || seq === expected) return { ...raw, seq, prev };
  const message = `Entry ${expected} was changed: it follows the line before it, but its number is ${seq}.`;
  findings.broken(file, message, { line, seq: expected });
  return { ...raw, seq: expected, prev };
}

function checkOrder(file: string, lines: readonly Placed[], findings: Findings): void {
  const seen = new Map<number, number>();
  let highest = 0;
  for (const { line, seq } of lines) {
    if (seq === null) continue;
    const first = seen.get(seq);
    if (first !== undefined) {
      findings.broken(file, `Entry ${seq} appears twice, in lines ${first} and ${line}.`, {
        line,
        seq,
      });
    } else if (seq < highest) {
      findings.broken(file, `Entry ${seq} comes after entry ${highest}: lines were reordered.`, {
        line,
        seq,
      });
    }
    seen.set(seq, first ?? line);
    highest = Math.max(highest, seq);
  }
  reportMissing({ file, seen, highest }, findings);
}

function reportMissing(
  given: {
    readonly file: string;
    readonly seen: ReadonlyMap<number, number>;
    readonly highest: number;
  },
  findings: Findings,
): void {
  const { file, seen } = given;
  const present = [...seen.keys()].sort((a, b) => a - b);
  let before = 0;
  for (const seq of present) {
    if (seq > before + 1) {
      const message = `${nameRange(before + 1, seq - 1)} missing before entry ${seq}.`;
      findings.broken(file, message, { line: seen.get(seq) ?? null, seq: before + 1 });
    }
    before = seq;
  }
}

function nameRange(first: number, last: number): string {
  return first === last ? `Entry ${first} is` : `Entries ${first} to ${last} are`;
}

interface Links {
  readonly file: string;
  readonly bySeq: ReadonlyMap<number, Placed>;
  readonly sealed: ChainFile['sealed'];
}

/** Entries that were changed, by number. */
function checkLinks(links: Links, findings: Findings): ReadonlySet<number> {
  const { file, bySeq } = links;
  const changed = new Set<number>();
  for (const [seq, entry] of bySeq) {
    const before = seq === 1 ? GENESIS_HASH : bySeq.get(seq - 1)?.hash;
    if (before === undefined || entry.prev === null || entry.prev === before) continue;
    const isSame = confirmation(links, seq);
    const culprit = seq === 1 || isSame === 'changed' ? seq : seq - 1;
    if (changed.has(culprit) || findings.isBrokenAt(file, culprit)) continue;
    changed.add(culprit);
    const line = bySeq.get(culprit)?.line ?? null;
    const message =
      isSame === 'unknown' && seq > 1
        ? `Entry ${seq - 1} or entry ${seq} was changed: they do not follow each other.`
        : `Entry ${culprit} was changed: it does not match entry ${culprit === seq ? culprit - 1 : seq}.`;
    findings.broken(file, culprit === 1 && seq === 1 ? FIRST_CHANGED : message, {
      line,
      seq: culprit,
    });
  }
  return changed;
}

const FIRST_CHANGED = 'Entry 1 was changed: it does not begin the chain.';

/** Whether an entry is still what the one after it, or the seal, says. */
function confirmation(links: Links, seq: number): 'same' | 'changed' | 'unknown' {
  const { bySeq, sealed } = links;
  const hash = bySeq.get(seq)?.hash;
  const said = bySeq.get(seq + 1)?.prev ?? (sealed?.seq === seq ? sealed.head : null);
  if (said === null) return 'unknown';
  return said === hash ? 'same' : 'changed';
}

function checkSeal(
  given: Links & { readonly headSeq: number; readonly changed: ReadonlySet<number> },
  findings: Findings,
): void {
  const { file, sealed, bySeq, headSeq, changed } = given;
  if (sealed === null) return;
  const { seq, head, file: sealFile } = sealed;
  const named = [...bySeq.values()].find(({ hash }) => hash === head);
  if (named !== undefined && named.seq !== seq) {
    const message = `It was changed: it gives entry ${named.seq ?? named.line} the number ${seq}.`;
    findings.broken(sealFile, message, { seq: named.seq });
    return;
  }
  if (seq > headSeq) {
    const message = `${nameRange(headSeq + 1, seq)} missing at the end: ${seq} were sealed.`;
    findings.broken(file, message, { seq: headSeq + 1 });
    return;
  }
  const entry = bySeq.get(seq);
  if (seq === 0 || entry === undefined || entry.hash === head) return;
  if (changed.has(seq) || findings.isBrokenAt(file, seq)) return;
  // When the next entry follows from it, it is the seal that is wrong; both are named either way.
  const message = `Entry ${seq} is not what was sealed: it was changed, or the seal was.`;
  findings.broken(file, message, { line: entry.line, seq });
}
