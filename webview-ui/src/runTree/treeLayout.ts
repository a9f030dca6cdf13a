import type { LeafRow, TreeRow } from './treeRows.ts';

const LINE_HEIGHT = 22;
const TWO_LINE_HEIGHT = 40;

/** Rows beyond each edge that are there before they are scrolled to. */
const OVERSCAN_PX = 220;

/** Where each row stands: `tops[i]` in pixels, and one more entry for the end. */
export type RowTops = readonly number[];

/** Narrow trees give agents a second line for what wide trees have columns for. */
export function layOutRows(rows: readonly TreeRow[], wide: boolean): RowTops {
  const tops = [0];
  let top = 0;
  for (const row of rows) {
    top += !wide && hasColumns(row) ? TWO_LINE_HEIGHT : LINE_HEIGHT;
    tops.push(top);
  }
  return tops;
}

/** True for what happens in a phase: in a wide tree such rows have columns. */
export function hasColumns(row: TreeRow): row is LeafRow {
  return ['agent', 'verify', 'gate', 'workflow'].includes(row.type);
}

/** Height of the whole tree in pixels. */
export function totalHeight(tops: RowTops): number {
  return tops.at(-1) ?? 0;
}

/** Index of the row at a height, found by halving. */
export function rowAt(tops: RowTops, y: number): number {
  let low = 0;
  let high = Math.max(0, tops.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((tops[middle] ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

export interface Viewport {
  readonly scrollTop: number;
  readonly height: number;
}

/** First and last index (inclusive) of the rows to draw. */
export function visibleRange(tops: RowTops, viewport: Viewport): readonly [number, number] {
  const first = rowAt(tops, viewport.scrollTop - OVERSCAN_PX);
  return [first, rowAt(tops, viewport.scrollTop + viewport.height + OVERSCAN_PX)];
}

/** The scroll position that shows a row with the least movement. */
export function scrollTopToReveal(tops: RowTops, index: number, viewport: Viewport): number {
  const top = tops[index] ?? 0;
  const bottom = tops[index + 1] ?? top;
  if (top < viewport.scrollTop) return top;
  return Math.max(viewport.scrollTop, bottom - viewport.height);
}
