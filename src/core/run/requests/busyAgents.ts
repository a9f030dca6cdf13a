/** Agents that have a request under way or work on its answer; those that wait to send one are not busy. */
export class BusyAgents {
  readonly #busy = new Set<number>();
  #waiting: (() => void)[] = [];

  enter(agentId: number): void {
    this.#busy.add(agentId);
  }

  leave(agentId: number): void {
    if (!this.#busy.delete(agentId) || this.#busy.size > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Resolves as soon as no agent is busy. */
  idle(): Promise<void> {
    if (this.#busy.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
