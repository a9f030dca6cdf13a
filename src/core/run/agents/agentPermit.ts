import type { Permits } from '../requests/permits.ts';

/** An agent's place among those that run. It may be lent to others while the agent waits for a person. */
export class AgentPermit {
  readonly #permits: Permits;
  #release: () => void = () => undefined;

  constructor(permits: Permits) {
    this.#permits = permits;
  }

  /** Rejects with the signal's reason when it is aborted first. */
  async acquire(signal: AbortSignal): Promise<void> {
    this.#release = await this.#permits.acquireAgent(signal);
  }

  /** Takes the place again, before those that never had one. */
  async acquireAgain(signal: AbortSignal): Promise<void> {
    this.#release = await this.#permits.acquireAgentAgain(signal);
  }

  release(): void {
    this.#release();
  }
}
