interface SlideTask {
  readonly lines: readonly string[];
  /** 1 for each changed line of this side; rewritten in place. */
  readonly changed: Uint8Array;
  readonly otherChanged: Uint8Array;
}

/**
 * Moves each run of changed lines among equal lines to one agreed place, the way git does, so that two
 * diffs against one base name the same lines: next to a change of the other side, else as far down as
 * it goes. Runs that meet become one.
 */
export function slideChanges(task: SlideTask): void {
  const otherRuns = runsByGap(task.otherChanged);
  let index = 0;
  let gap = 0;
  while (index < task.lines.length) {
    if (task.changed[index] !== 1) {
      index++;
      gap++;
      continue;
    }
    const run = new SlidingRun(task, { index, gap });
    settle(run, otherRuns);
    index = run.end;
    gap = run.gap;
  }
}

/** Number of changed lines before each unchanged line, and after the last one. */
function runsByGap(changed: Uint8Array): number[] {
  const runs = [0];
  for (const flag of changed) {
    if (flag === 1) runs.push((runs.pop() ?? 0) + 1);
    else runs.push(0);
  }
  return runs;
}

function settle(run: SlidingRun, otherRuns: readonly number[]): void {
  const meetsOther = (): boolean => (otherRuns[run.gap] ?? 0) > 0;
  let size: number;
  let met: boolean;
  do {
    size = run.end - run.start;
    while (run.slideUp());
    met = meetsOther();
    while (run.slideDown()) met ||= meetsOther();
  } while (run.end - run.start !== size);
  while (met && !meetsOther() && run.slideUp());
}

/** A run of changed lines; `gap` counts the unchanged lines before it, which name its place in both files. */
class SlidingRun {
  readonly #lines: readonly string[];
  readonly #changed: Uint8Array;
  start: number;
  end: number;
  gap: number;

  constructor(task: SlideTask, place: { readonly index: number; readonly gap: number }) {
    this.#lines = task.lines;
    this.#changed = task.changed;
    this.start = place.index;
    this.end = place.index;
    this.gap = place.gap;
    this.#grow();
  }

  slideUp(): boolean {
    if (this.start === 0 || this.#lines[this.start - 1] !== this.#lines[this.end - 1]) return false;
    this.#changed[--this.start] = 1;
    this.#changed[--this.end] = 0;
    this.gap--;
    while (this.start > 0 && this.#changed[this.start - 1] === 1) this.start--;
    return true;
  }

  slideDown(): boolean {
    if (this.end >= this.#lines.length || this.#lines[this.start] !== this.#lines[this.end])
      return false;
    this.#changed[this.start++] = 0;
    this.#changed[this.end++] = 1;
    this.gap++;
    this.#grow();
    return true;
  }

  #grow(): void {
    while (this.#changed[this.end] === 1) this.end++;
  }
}
