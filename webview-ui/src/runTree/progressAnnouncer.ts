import type { RunView } from '../../../src/protocol/view/runView.ts';
import { countStatuses } from '../../../src/protocol/view/summarizeRun.ts';
import { describeProgress } from '../shared/runFacts.ts';
import { describeRunState } from '../shared/stateWords.ts';

/** Progress is told at most this often: often enough to follow, seldom enough to work meanwhile. */
const INTERVAL_MS = 10_000;

/** Decides when the progress of a run is worth a sentence. */
export class ProgressAnnouncer {
  #lastState: string | null = null;
  #lastSentence = '';
  #lastAt = -Infinity;

  /** The sentence to say now, or null. A change of the run's state is always said. */
  observe(view: RunView, atMs: number): string | null {
    const progress = describeProgress(countStatuses(view.agents));
    const openGates = view.gates.filter((gate) => gate.approved === null).length;
    const state = describeRunState(view, openGates).text;
    const changed = state !== this.#lastState;
    const sentence = changed ? `${state}. ${progress}` : progress;
    const due = changed || (atMs - this.#lastAt >= INTERVAL_MS && sentence !== this.#lastSentence);
    if (!due) return null;
    this.#lastState = state;
    this.#lastSentence = progress;
    this.#lastAt = atMs;
    return sentence;
  }
}
