import type { ActiveClock } from '../limits/activeClock.ts';

/** Notices when an agent gives no sign of life. Waiting for a turn to send is not the agent's silence. */
export class AgentLiveness {
  readonly #clock: ActiveClock;
  readonly #stallMs: number;
  readonly #onStall: () => void;
  #lastSignMs: number;
  #isWaiting = true;
  #timer: { dispose(): void };

  constructor(clock: ActiveClock, stallMs: number, onStall: () => void) {
    this.#clock = clock;
    this.#stallMs = stallMs;
    this.#onStall = onStall;
    this.#lastSignMs = clock.elapsedMs();
    this.#timer = this.#arm(stallMs);
  }

  /** A streamed token, a tool that starts or ends. Cheap: a stream gives thousands. */
  sign(): void {
    this.#isWaiting = false;
    this.#lastSignMs = this.#clock.elapsedMs();
  }

  /** The agent waits for something that is not its own, such as a permit or the provider's leave. */
  wait(): void {
    this.#isWaiting = true;
  }

  dispose(): void {
    this.#timer.dispose();
  }

  #arm(delayMs: number): { dispose(): void } {
    return this.#clock.after(delayMs, () => this.#check());
  }

  #check(): void {
    const silentMs = this.#isWaiting ? 0 : this.#clock.elapsedMs() - this.#lastSignMs;
    if (silentMs >= this.#stallMs) this.#onStall();
    else this.#timer = this.#arm(this.#stallMs - silentMs);
  }
}
