import { splitLines } from '../../../base/lines.ts';
import { HUNK_JOIN_LINES } from '../../limits.ts';
import { diffLineLists, type LineChange } from './lineDiff.ts';
import { sha256Hex } from '../../../node/sha256Hex.ts';

/** Where a hunk stands. Line numbers count from 1; an empty side names the line that it stands before. */
export interface HunkRange {
  readonly baseStart: number;
  readonly baseLines: number;
  readonly proposedStart: number;
  readonly proposedLines: number;
}

/** One run of changed lines that is accepted or rejected as a whole. */
export interface TextHunk extends HunkRange {
  readonly hunkId: string;
  readonly oldText: string;
  readonly newText: string;
  /** Lines that really differ; unchanged lines between joined changes do not count. */
  readonly added: number;
  readonly removed: number;
}

/** Hunks between two texts, in order. Equal input gives equal ids, also in another process. */
export function computeHunks(task: {
  readonly path: string;
  readonly base: string;
  readonly proposed: string;
}): TextHunk[] {
  const base = splitLines(task.base);
  const proposed = splitLines(task.proposed);
  const nameHunk = hunkNamer(task.path);
  return joinNear(diffLineLists(base, proposed)).map((changes) => {
    const range = rangeOf(changes);
    const oldText = textOf(base, range.baseStart, range.baseLines);
    const newText = textOf(proposed, range.proposedStart, range.proposedLines);
    const added = sum(changes.map((change) => change.newEnd - change.newStart));
    const removed = sum(changes.map((change) => change.oldEnd - change.oldStart));
    return { hunkId: nameHunk(oldText, newText), ...range, oldText, newText, added, removed };
  });
}

/** The base with the chosen hunks in it: all of them give the proposal, none the base. */
export function applyHunks(
  base: string,
  hunks: readonly Pick<TextHunk, 'baseStart' | 'baseLines' | 'newText' | 'hunkId'>[],
  isChosen: (hunkId: string) => boolean,
): string {
  const lines = splitLines(base);
  const output: string[] = [];
  let index = 0;
  for (const hunk of hunks) {
    if (!isChosen(hunk.hunkId)) continue;
    output.push(lines.slice(index, hunk.baseStart - 1).join(''), hunk.newText);
    index = hunk.baseStart - 1 + hunk.baseLines;
  }
  output.push(lines.slice(index).join(''));
  return output.join('');
}

/** Id of a change that is decided as a whole: a create, a delete, a binary file. */
export function wholeChangeId(change: {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}): string {
  return idOf(['whole', change.path, change.before, change.after]);
}

function joinNear(changes: readonly LineChange[]): LineChange[][] {
  const joined: LineChange[][] = [];
  for (const change of changes) {
    const current = joined.at(-1);
    const before = current?.at(-1);
    if (current !== undefined && before && change.oldStart - before.oldEnd <= HUNK_JOIN_LINES)
      current.push(change);
    else joined.push([change]);
  }
  return joined;
}

function rangeOf(changes: readonly LineChange[]): HunkRange {
  const first = changes[0] ?? { oldStart: 0, newStart: 0 };
  const last = changes.at(-1) ?? { oldEnd: 0, newEnd: 0 };
  return {
    baseStart: first.oldStart + 1,
    baseLines: last.oldEnd - first.oldStart,
    proposedStart: first.newStart + 1,
    proposedLines: last.newEnd - first.newStart,
  };
}

function textOf(lines: readonly string[], start: number, count: number): string {
  return lines.slice(start - 1, start - 1 + count).join('');
}

/** Equal hunks of one file differ by their number among the equal ones. */
function hunkNamer(path: string): (oldText: string, newText: string) => string {
  const seen = new Map<string, number>();
  return (oldText, newText) => {
    const key = idOf(['hunk', path, oldText, newText]);
    const occurrence = seen.get(key) ?? 0;
    seen.set(key, occurrence + 1);
    return occurrence === 0 ? key : idOf([key, String(occurrence)]);
  };
}

/** JSON keeps the parts apart; 80 bits are enough for names inside one run. */
function idOf(parts: readonly string[]): string {
  return sha256Hex(JSON.stringify(parts)).slice(0, 20);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
