import { appendAll } from '../../../base/appendAll.ts';
import { splitLines } from '../../../base/lines.ts';
import { diffLineLists, type LineChange } from './lineDiff.ts';

/** Three texts: the common ancestor and its two descendants. */
export interface MergeInput {
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
}

/** A place where both sides changed the same or touching lines, differently. Lines count from 1. */
interface ConflictRegion {
  readonly baseStart: number;
  readonly baseLines: number;
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
}

/** A stretch of a merged text, or a place that both sides changed. */
export type MergePart =
  | { readonly type: 'text'; readonly text: string }
  | ({ readonly type: 'conflict' } & ConflictRegion);

export type MergeResult =
  | { readonly type: 'merged'; readonly text: string }
  | { readonly type: 'conflict'; readonly regions: readonly ConflictRegion[] };

/**
 * Three-way merge by whole lines, terminators included: edits of both sides are kept, equal edits count
 * once, and edits that overlap or touch are a conflict. It never drops a line that one side wrote.
 */
export function merge3(input: MergeInput): MergeResult {
  const parts = mergeParts(input);
  const regions = parts
    .filter((part) => part.type === 'conflict')
    .map(({ baseStart, baseLines, base, ours, theirs }): ConflictRegion => {
      return { baseStart, baseLines, base, ours, theirs };
    });
  if (regions.length > 0) return { type: 'conflict', regions };
  return { type: 'merged', text: parts.map(ownText).join('') };
}

/** The same merge as parts in the order of the text: what merged cleanly, and both sides of what did not. */
export function mergeParts(input: MergeInput): readonly MergePart[] {
  if (input.ours === input.theirs || input.theirs === input.base)
    return [{ type: 'text', text: input.ours }];
  if (input.ours === input.base) return [{ type: 'text', text: input.theirs }];
  return mergeLines({
    base: splitLines(input.base),
    ours: splitLines(input.ours),
    theirs: splitLines(input.theirs),
  });
}

function ownText(part: MergePart): string {
  return part.type === 'text' ? part.text : part.ours;
}

interface MergeLists {
  readonly base: readonly string[];
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
}

function mergeLines(lists: MergeLists): readonly MergePart[] {
  const parts: MergePart[] = [];
  let clean: string[] = [];
  const closeText = (): void => {
    if (clean.length > 0) parts.push({ type: 'text', text: clean.join('') });
    clean = [];
  };
  let baseIndex = 0;
  for (const cluster of clusters(lists)) {
    appendAll(clean, slice(lists.base, baseIndex, cluster.baseStart));
    const ours = sideText(lists.ours, cluster, cluster.ours);
    const theirs = sideText(lists.theirs, cluster, cluster.theirs);
    const merged = mergeCluster({ cluster, ours, theirs });
    if (merged === null) {
      closeText();
      parts.push({ type: 'conflict', ...baseOf(lists, cluster), ours, theirs });
    } else clean.push(merged);
    baseIndex = cluster.baseEnd;
  }
  appendAll(clean, slice(lists.base, baseIndex, lists.base.length));
  closeText();
  return parts;
}

function baseOf(
  lists: MergeLists,
  { baseStart, baseEnd }: Cluster,
): Pick<ConflictRegion, 'baseStart' | 'baseLines' | 'base'> {
  const base = lists.base.slice(baseStart, baseEnd).join('');
  return { baseStart: baseStart + 1, baseLines: baseEnd - baseStart, base };
}

/** Joined lines as one element, so that no call ever spreads a large array. */
function slice(lines: readonly string[], start: number, end: number): string[] {
  return start < end ? [lines.slice(start, end).join('')] : [];
}

/** Changes of both sides that touch each other, over the base lines that they cover together. */
interface Cluster {
  baseStart: number;
  baseEnd: number;
  readonly ours: LineChange[];
  readonly theirs: LineChange[];
}

function clusters(lists: MergeLists): Cluster[] {
  const found: Cluster[] = [];
  const ours = diffLineLists(lists.base, lists.ours).map((change) => ({
    change,
    side: 'ours' as const,
  }));
  const theirs = diffLineLists(lists.base, lists.theirs).map((change) => ({
    change,
    side: 'theirs' as const,
  }));
  const all = [...ours, ...theirs].sort((a, b) => a.change.oldStart - b.change.oldStart);
  for (const { change, side } of all) {
    let cluster = found.at(-1);
    if (cluster === undefined || change.oldStart > cluster.baseEnd) {
      cluster = { baseStart: change.oldStart, baseEnd: change.oldEnd, ours: [], theirs: [] };
      found.push(cluster);
    }
    cluster.baseEnd = Math.max(cluster.baseEnd, change.oldEnd);
    cluster[side].push(change);
  }
  return found;
}

/** What a side has in place of the cluster's base lines. */
function sideText(
  lines: readonly string[],
  cluster: Cluster,
  changes: readonly LineChange[],
): string {
  const first = changes[0];
  const last = changes.at(-1);
  if (first === undefined || last === undefined) return '';
  const start = first.newStart - (first.oldStart - cluster.baseStart);
  const end = last.newEnd + (cluster.baseEnd - last.oldEnd);
  return lines.slice(start, end).join('');
}

function mergeCluster(task: {
  readonly cluster: Cluster;
  readonly ours: string;
  readonly theirs: string;
}): string | null {
  if (task.cluster.theirs.length === 0) return task.ours;
  if (task.cluster.ours.length === 0) return task.theirs;
  return task.ours === task.theirs ? task.ours : null;
}
