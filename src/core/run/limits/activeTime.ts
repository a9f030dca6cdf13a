import type { DurableRunEvent } from '../../../protocol/events/runEvents.ts';

/** Adds up, from a journal, the time in which a run was neither paused nor between two sessions. */
export class ActiveTime {
  totalMs = 0;
  #lastAt = 0;
  #isActive = false;

  add(event: DurableRunEvent): void {
    if (this.#isActive) this.totalMs += Math.max(0, event.at - this.#lastAt);
    this.#lastAt = event.at;
    if (event.type === 'run.started' || event.type === 'run.resumed') this.#isActive = true;
    if (event.type === 'run.state') this.#isActive = event.state === 'running';
    if (event.type === 'run.ended') this.#isActive = false;
  }
}
