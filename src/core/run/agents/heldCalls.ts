import type { ReachedLimit } from '../limits/limitKeeper.ts';
import type { SuspendRequest } from '../limits/suspension.ts';

/**
 * Calls that wait at a limit of agents, in their order. Agents that have their place may use it; the run stands
 * still when all of them have ended.
 */
export class HeldCalls<Call> {
  readonly #suspend: (request: SuspendRequest) => void;
  #held: Call[] = [];
  #reached: ReachedLimit | null = null;
  #admitted = 0;

  constructor(suspend: (request: SuspendRequest) => void) {
    this.#suspend = suspend;
  }

  /** The call stays pending: only the user may turn a limit into an error of the script. */
  hold(call: Call, limit: ReachedLimit): void {
    this.#held.push(call);
    this.#reached = limit;
    this.#suspendWhenIdle();
  }

  /** Runs an agent that has its place. */
  async admit(work: () => Promise<void>): Promise<void> {
    this.#admitted += 1;
    try {
      await work();
    } finally {
      this.#admitted -= 1;
      this.#suspendWhenIdle();
    }
  }

  /** What waits, in its order; none of it waits here any more. */
  takeAll(): readonly Call[] {
    const held = this.#held;
    this.#held = [];
    this.#reached = null;
    return held;
  }

  #suspendWhenIdle(): void {
    if (this.#reached === null || this.#held.length === 0 || this.#admitted > 0) return;
    this.#suspend({ reason: 'limit', ...this.#reached });
  }
}
