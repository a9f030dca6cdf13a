/**
 * The one line diff of the product. Lines that only one side has are set aside first (they cannot be
 * common, so the answer stays the same), which makes the usual large rewrite cheap. What is still too
 * different is cut at lines that occur once on both sides; that answer is coarser, never wrong. No step
 * depends on time, so that equal input gives equal output on every machine and in every replay.
 */
import { diffArrays } from 'diff';
import { MAX_EXACT_EDITS, MAX_STRETCH_EDITS, STRETCH_STEP_BUDGET } from './diffLimits.ts';
import { slideChanges } from './slideChanges.ts';
import { uniqueAnchors } from './uniqueAnchors.ts';

/** One run of changed lines; half-open ranges that count from 0. */
export interface LineChange {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/** Changed ranges between two lists of lines, in order, with at least one common line between any two. */
export function diffLineLists(
  oldLines: readonly string[],
  newLines: readonly string[],
): LineChange[] {
  const oldChanged = new Uint8Array(oldLines.length);
  const newChanged = new Uint8Array(newLines.length);
  const window = differingWindow(oldLines, newLines);
  if (window.oldEnd > window.oldStart || window.newEnd > window.newStart) {
    markChanges({ oldLines, newLines, window, oldChanged, newChanged });
    slideChanges({ lines: oldLines, changed: oldChanged, otherChanged: newChanged });
    slideChanges({ lines: newLines, changed: newChanged, otherChanged: oldChanged });
  }
  return changedRanges(oldChanged, newChanged);
}

function differingWindow(oldLines: readonly string[], newLines: readonly string[]): LineChange {
  const shorter = Math.min(oldLines.length, newLines.length);
  let head = 0;
  while (head < shorter && oldLines[head] === newLines[head]) head++;
  let tail = 0;
  while (
    tail < shorter - head &&
    oldLines[oldLines.length - 1 - tail] === newLines[newLines.length - 1 - tail]
  )
    tail++;
  return {
    oldStart: head,
    oldEnd: oldLines.length - tail,
    newStart: head,
    newEnd: newLines.length - tail,
  };
}

interface MarkTask {
  readonly oldLines: readonly string[];
  readonly newLines: readonly string[];
  readonly window: LineChange;
  readonly oldChanged: Uint8Array;
  readonly newChanged: Uint8Array;
}

/** Lines as numbers, with the place of each in its file. */
interface Side {
  readonly ids: number[];
  readonly places: number[];
}

function markChanges(task: MarkTask): void {
  const { window, oldChanged, newChanged } = task;
  oldChanged.fill(1, window.oldStart, window.oldEnd);
  newChanged.fill(1, window.newStart, window.newEnd);
  const { oldSide, newSide } = sharedLines(task);
  const keep = (oldIndex: number, newIndex: number): void => {
    oldChanged[oldSide.places[oldIndex] ?? 0] = 0;
    newChanged[newSide.places[newIndex] ?? 0] = 0;
  };
  const whole = {
    oldStart: 0,
    oldEnd: oldSide.ids.length,
    newStart: 0,
    newEnd: newSide.ids.length,
  };
  if (keepExact({ oldSide, newSide, range: whole, maxEdits: MAX_EXACT_EDITS }, keep)) return;
  keepBetweenAnchors(oldSide, newSide, keep);
}

function sharedLines(task: MarkTask): { readonly oldSide: Side; readonly newSide: Side } {
  const idOf = new Map<string, number>();
  const { oldLines, newLines, window } = task;
  for (let index = window.oldStart; index < window.oldEnd; index++)
    idOf.set(oldLines[index] ?? '', idOf.get(oldLines[index] ?? '') ?? idOf.size);
  const inNew = new Set<number>();
  const newSide: Side = { ids: [], places: [] };
  for (let index = window.newStart; index < window.newEnd; index++) {
    const id = idOf.get(newLines[index] ?? '');
    if (id === undefined) continue;
    inNew.add(id);
    newSide.ids.push(id);
    newSide.places.push(index);
  }
  const oldSide: Side = { ids: [], places: [] };
  for (let index = window.oldStart; index < window.oldEnd; index++) {
    const id = idOf.get(oldLines[index] ?? '');
    if (id === undefined || !inNew.has(id)) continue;
    oldSide.ids.push(id);
    oldSide.places.push(index);
  }
  return { oldSide, newSide };
}

type Keep = (oldIndex: number, newIndex: number) => void;

interface ExactTask {
  readonly oldSide: Side;
  readonly newSide: Side;
  readonly range: LineChange;
  readonly maxEdits: number;
}

/** Reports the common lines of a shortest edit; false, with nothing reported, when it is too long. */
function keepExact(task: ExactTask, keep: Keep): boolean {
  const { range } = task;
  const changes = diffArrays(
    task.oldSide.ids.slice(range.oldStart, range.oldEnd),
    task.newSide.ids.slice(range.newStart, range.newEnd),
    { maxEditLength: task.maxEdits },
  );
  if (changes === undefined) return false;
  let oldIndex = range.oldStart;
  let newIndex = range.newStart;
  for (const change of changes) {
    if (change.removed) oldIndex += change.count;
    else if (change.added) newIndex += change.count;
    else for (let step = 0; step < change.count; step++) keep(oldIndex++, newIndex++);
  }
  return true;
}

/** Lines in a row that must be unique to be an anchor; rows help where single lines repeat. */
const ANCHOR_ROWS = [1, 4] as const;

interface StretchTask {
  readonly oldSide: Side;
  readonly newSide: Side;
  readonly budget: { stepsLeft: number };
}

function keepBetweenAnchors(oldSide: Side, newSide: Side, keep: Keep): void {
  const task = { oldSide, newSide, budget: { stepsLeft: STRETCH_STEP_BUDGET } };
  const whole = {
    oldStart: 0,
    oldEnd: oldSide.ids.length,
    newStart: 0,
    newEnd: newSide.ids.length,
  };
  let stretches: LineChange[] = [whole];
  for (const rowLength of ANCHOR_ROWS) {
    stretches = stretches
      .flatMap((stretch) => splitAtAnchors(task, { stretch, rowLength }, keep))
      .filter((stretch) => !keepStretch(task, stretch, keep));
  }
}

function splitAtAnchors(
  task: StretchTask,
  { stretch, rowLength }: { readonly stretch: LineChange; readonly rowLength: number },
  keep: Keep,
): LineChange[] {
  const anchors = uniqueAnchors(
    task.oldSide.ids.slice(stretch.oldStart, stretch.oldEnd),
    task.newSide.ids.slice(stretch.newStart, stretch.newEnd),
    rowLength,
  );
  const stretches: LineChange[] = [];
  let { oldStart, newStart } = stretch;
  for (const anchor of anchors) {
    const oldEnd = stretch.oldStart + anchor.oldIndex;
    const newEnd = stretch.newStart + anchor.newIndex;
    stretches.push({ oldStart, oldEnd, newStart, newEnd });
    keep(oldEnd, newEnd);
    oldStart = oldEnd + 1;
    newStart = newEnd + 1;
  }
  stretches.push({ oldStart, oldEnd: stretch.oldEnd, newStart, newEnd: stretch.newEnd });
  return stretches.filter(({ oldEnd, newEnd, ...from }) => {
    return oldEnd > from.oldStart && newEnd > from.newStart;
  });
}

/** True when nothing is left to find in the stretch. */
function keepStretch(
  { oldSide, newSide, budget }: StretchTask,
  range: LineChange,
  keep: Keep,
): boolean {
  const size = range.oldEnd - range.oldStart + (range.newEnd - range.newStart);
  const maxEdits = Math.min(size, MAX_STRETCH_EDITS, Math.floor(Math.sqrt(budget.stepsLeft)));
  if (keepExact({ oldSide, newSide, range, maxEdits }, keep)) return true;
  budget.stepsLeft -= maxEdits * maxEdits;
  return false;
}

function changedRanges(oldChanged: Uint8Array, newChanged: Uint8Array): LineChange[] {
  const changes: LineChange[] = [];
  let oldIndex = 0;
  let newIndex = 0;
  while (oldIndex < oldChanged.length || newIndex < newChanged.length) {
    const oldStart = oldIndex;
    const newStart = newIndex;
    while (oldChanged[oldIndex] === 1) oldIndex++;
    while (newChanged[newIndex] === 1) newIndex++;
    if (oldIndex > oldStart || newIndex > newStart)
      changes.push({ oldStart, oldEnd: oldIndex, newStart, newEnd: newIndex });
    else {
      oldIndex++;
      newIndex++;
    }
  }
  return changes;
}
