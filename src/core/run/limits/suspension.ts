/** Why a run stands still. The user, a limit and a gate can each hold it; it goes on when none does. */
import type { RunFact } from '../../../protocol/events/runEvents.ts';
import type { PauseReason } from '../../../protocol/events/runState.ts';
import type { ActiveClock } from './activeClock.ts';
import type { Permits } from '../requests/permits.ts';

/** What only a decision of the user can lift. */
type HoldReason = Extract<PauseReason, 'limit' | 'breaker' | 'usage'>;

export interface Hold {
  readonly reason: HoldReason;
  readonly message: string;
}

/** A hold, and the limit that a script is told of when the user chooses to stop. */
export interface SuspendRequest extends Hold {
  readonly limit: string;
  readonly value: number;
}

export interface SuspensionOptions {
  readonly permits: Permits;
  readonly activeClock: ActiveClock;
  readonly record: (fact: RunFact) => void;
}

interface Shown {
  readonly reason: PauseReason;
  readonly message: string | null;
}

export class Suspension {
  readonly #options: SuspensionOptions;
  #isPausedByUser = false;
  #hold: Hold | null = null;
  #gateMessage: string | null = null;
  #shown: Shown | null = null;

  constructor(options: SuspensionOptions) {
    this.#options = options;
  }

  /** The limit, breaker or usage limit that holds the run; known at once, while the view follows the journal. */
  get hold(): Hold | null {
    return this.#hold;
  }

  pause(): void {
    this.#isPausedByUser = true;
    this.#update();
  }

  /** Ends the user's own pause; a hold stays. */
  unpause(): void {
    this.#isPausedByUser = false;
    this.#update();
  }

  /** Nothing new starts. The first hold stays until it is lifted; later ones say nothing new. */
  holdFor(hold: Hold): void {
    if (this.#hold !== null) return;
    this.#hold = hold;
    this.#update();
  }

  lift(): void {
    this.#hold = null;
    this.#update();
  }

  /** Nothing is left to do but to wait for a person; null when something is. */
  waitAtGate(message: string | null): void {
    this.#gateMessage = message;
    this.#update();
  }

  #update(): void {
    const { permits, activeClock } = this.#options;
    const shown = this.#reason();
    if (this.#hold !== null || this.#isPausedByUser) permits.hold();
    else permits.release();
    if (shown === null) activeClock.goOn();
    else activeClock.stop();
    this.#show(shown);
  }

  /** A limit stays a limit, also when it is reached while the user has paused the run. */
  #reason(): Shown | null {
    if (this.#hold !== null) return this.#hold;
    if (this.#isPausedByUser) return { reason: 'user', message: null };
    return this.#gateMessage === null ? null : { reason: 'gate', message: this.#gateMessage };
  }

  #show(shown: Shown | null): void {
    const before = this.#shown;
    if (before?.reason === shown?.reason && before?.message === shown?.message) return;
    this.#shown = shown;
    const { record } = this.#options;
    if (shown === null) {
      record({ type: 'run.state', state: 'running', reason: null, message: null });
    } else {
      const { reason, message } = shown;
      record({ type: 'run.state', state: 'paused', reason, message });
    }
  }
}
