import type { RunFact } from '../../protocol/events/runEvents.ts';
import { MAX_LOG_LINES } from '../../protocol/view/reduceLog.ts';
import { cutText, plural } from '../../base/format.ts';
import { MAX_LOG_CHARS } from '../limits.ts';

/** Phases of one run: a tree with more has no reader, and each makes every view larger. */
const MAX_PHASES = 500;

export interface RunLogOptions {
  readonly record: (fact: RunFact) => void;
  /** While earlier outcomes are delivered again, what the script says was said before. */
  readonly isReplaying: () => boolean;
}

/** What a run and its script say on the way: phases and lines, no more of them than anybody reads. */
export class RunLog {
  readonly #options: RunLogOptions;
  readonly #phases = new Set<string>();
  #lines = 0;

  constructor(options: RunLogOptions) {
    this.#options = options;
  }

  /** The first mention of a phase begins it. */
  startPhase(given: string): void {
    if (this.#options.isReplaying()) return;
    const title = cutText(given, MAX_LOG_CHARS);
    if (this.#phases.has(title) || this.#phases.size > MAX_PHASES) return;
    this.#phases.add(title);
    if (this.#phases.size <= MAX_PHASES) this.#options.record({ type: 'phase.started', title });
    else this.add('warning', `More than ${MAX_PHASES} phases: later ones are not shown.`);
  }

  add(level: 'info' | 'warning', message: string): void {
    if (this.#options.isReplaying()) return;
    this.#lines += 1;
    if (this.#lines > MAX_LOG_LINES) return;
    this.#options.record({ type: 'log', level, message: cutText(message, MAX_LOG_CHARS) });
  }

  /** Says how many lines were too many; to be called once, when there will be no more. */
  countDropped(): void {
    const dropped = this.#lines - MAX_LOG_LINES;
    if (dropped <= 0) return;
    const message = `${plural(dropped, 'more log line')} ${dropped === 1 ? 'is' : 'are'} not kept.`;
    this.#options.record({ type: 'log', level: 'warning', message, dropped });
  }
}
