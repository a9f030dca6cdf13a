import type { ActiveClock } from '../limits/activeClock.ts';

/** The time that an attempt has. It stands still while the agent waits for a person, and while the run is paused. */
export class AttemptDeadline {
  readonly #clock: ActiveClock;
  readonly #onEnd: () => void;
  #leftMs: number;
  #sinceMs: number;
  #timer: { dispose(): void } | null;

  constructor(clock: ActiveClock, timeMs: number, onEnd: () => void) {
    this.#clock = clock;
    this.#onEnd = onEnd;
    this.#leftMs = timeMs;
    this.#sinceMs = clock.elapsedMs();
    this.#timer = clock.after(timeMs, onEnd);
  }

  stop(): void {
    if (this.#timer === null) return;
    this.dispose();
    this.#leftMs -= this.#clock.elapsedMs() - this.#sinceMs;
  }

  goOn(): void {
    if (this.#timer !== null) return;
    this.#sinceMs = this.#clock.elapsedMs();
    this.#timer = this.#clock.after(Math.max(0, this.#leftMs), this.#onEnd);
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#timer = null;
  }
}
