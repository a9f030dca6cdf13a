import { appendAll } from '../../../base/appendAll.ts';
import { splitLines } from '../../../base/lines.ts';
import { diffLineLists, type LineChange } from './lineDiff.ts';

/** Unchanged lines around each change, as git and patch expect them. */
const CONTEXT_LINES = 3;

/**
 * The hunks of a unified diff between two texts, without file headers; empty when they are equal. It is
 * made with the product's one line diff, so that a large rewrite costs no more here than in a review.
 */
export function unifiedHunks(before: string, after: string): string {
  const [oldLines, newLines] = [splitLines(before), splitLines(after)];
  const groups = groupNear(diffLineLists(oldLines, newLines));
  return groups.map((changes) => hunkText({ oldLines, newLines, changes })).join('');
}

/** Changes whose context would overlap or touch stand in one hunk. */
function groupNear(changes: readonly LineChange[]): LineChange[][] {
  const groups: LineChange[][] = [];
  for (const change of changes) {
    const group = groups.at(-1);
    const before = group?.at(-1);
    if (group !== undefined && before && change.oldStart - before.oldEnd <= 2 * CONTEXT_LINES)
      group.push(change);
    else groups.push([change]);
  }
  return groups;
}

function hunkText(hunk: {
  readonly oldLines: readonly string[];
  readonly newLines: readonly string[];
  readonly changes: readonly LineChange[];
}): string {
  const { oldLines, newLines, changes } = hunk;
  const [first, last] = [changes[0], changes.at(-1)];
  if (first === undefined || last === undefined) return '';
  const lead = Math.min(CONTEXT_LINES, first.oldStart);
  const trail = Math.min(CONTEXT_LINES, oldLines.length - last.oldEnd);
  const [oldStart, oldEnd] = [first.oldStart - lead, last.oldEnd + trail];
  const [newStart, newEnd] = [first.newStart - lead, last.newEnd + trail];
  const body: string[] = [];
  let index = oldStart;
  for (const change of changes) {
    appendAll(body, marked(' ', oldLines.slice(index, change.oldStart)));
    appendAll(body, marked('-', oldLines.slice(change.oldStart, change.oldEnd)));
    appendAll(body, marked('+', newLines.slice(change.newStart, change.newEnd)));
    index = change.oldEnd;
  }
  appendAll(body, marked(' ', oldLines.slice(index, oldEnd)));
  const ranges = `-${rangeText(oldStart, oldEnd)} +${rangeText(newStart, newEnd)}`;
  return `@@ ${ranges} @@\n${body.join('')}`;
}

function marked(mark: string, lines: readonly string[]): string[] {
  return lines.map((line) =>
    line.endsWith('\n') ? `${mark}${line}` : `${mark}${line}\n\\ No newline at end of file\n`,
  );
}

/** Git names the line before an empty range, and leaves a length of one out. */
function rangeText(start: number, end: number): string {
  const length = end - start;
  if (length === 0) return `${start},0`;
  return length === 1 ? String(start + 1) : `${start + 1},${length}`;
}
