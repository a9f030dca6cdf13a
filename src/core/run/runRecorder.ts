import type { Clock } from '../ports/clock.ts';
import type { Journal } from '../ports/runStore.ts';
import { reduceRun } from '../../protocol/view/reduceRun.ts';
import type {
  DurableRunEvent,
  RunEvent,
  RunFact,
  RunEventOf,
} from '../../protocol/events/runEvents.ts';
import type { RunView } from '../../protocol/view/runView.ts';

/**
 * The one way from a decision to its effect: a fact is journaled, then the view changes, then whoever
 * waits for it goes on. Effects happen in the order of the journal.
 */
export class RunRecorder {
  readonly #runId: string;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #onEvent: (event: RunEvent, view: RunView) => void;
  #view: RunView | null;
  #hasEnded = false;

  constructor(options: {
    readonly runId: string;
    readonly journal: Journal;
    readonly clock: Clock;
    readonly onEvent: (event: RunEvent, view: RunView) => void;
    /** Where earlier sessions left off; null for a new run. */
    readonly view: RunView | null;
  }) {
    this.#runId = options.runId;
    this.#view = options.view;
    this.#journal = options.journal;
    this.#clock = options.clock;
    this.#onEvent = options.onEvent;
  }

  get view(): RunView {
    if (this.#view === null) throw new Error('The run has not been started.');
    return this.#view;
  }

  /** This session has told its end; what is left of it is closing files. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Resolves when the fact is durable and `effect` has been called, in the order of the journal. */
  async record(fact: RunFact, effect?: (event: DurableRunEvent) => void): Promise<void> {
    await this.#journal.append(fact).then((event) => {
      this.#apply(event);
      effect?.(event);
    });
  }

  /** Shows a sign of life; it is not journaled. */
  progress(event: Omit<RunEventOf<'agent.progress'>, 'runId' | 'at'>): void {
    this.#apply({ ...event, runId: this.#runId, at: this.#clock.nowMs() });
  }

  headHash(): string {
    return this.#journal.headHash();
  }

  #apply(event: RunEvent): void {
    this.#view = reduceRun(this.#view, event);
    if (event.type === 'run.ended') this.#hasEnded = true;
    this.#onEvent(event, this.#view);
  }
}
