import { EVENT_BATCH_MS } from '../../core/limits.ts';
import type { RunEvent } from '../../protocol/events/runEvents.ts';

/**
 * Collects a run's events for one client and sends them at most ten times a second. The next batch waits
 * until the last one was taken, so that a slow client slows down only itself.
 */
export class EventBatcher {
  readonly #send: (sequence: number, events: readonly RunEvent[]) => Promise<void>;
  #sequence = 0;
  #events: RunEvent[] = [];
  #isSending = false;
  #sent: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;

  constructor(send: (sequence: number, events: readonly RunEvent[]) => Promise<void>) {
    this.#send = send;
  }

  push(event: RunEvent): void {
    this.#events.push(event);
    if (this.#timer === null && !this.#isSending) {
      this.#timer = setTimeout(() => this.#flush(), EVENT_BATCH_MS);
    }
  }

  /** Sends at once what waits; resolves when it was taken, or the client is gone. */
  async flush(): Promise<void> {
    await this.#sent;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#events.length === 0) return;
    this.#flush();
    await this.#sent;
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#events = [];
  }

  #flush(): void {
    this.#timer = null;
    const events = latestProgressOnly(this.#events);
    this.#events = [];
    this.#sequence += 1;
    this.#isSending = true;
    this.#sent = this.#send(this.#sequence, events).then(
      () => this.#afterSend(),
      // A client that is gone has nobody to tell; its session ends by itself.
      () => this.dispose(),
    );
  }

  #afterSend(): void {
    this.#isSending = false;
    if (this.#events.length > 0) this.#timer = setTimeout(() => this.#flush(), EVENT_BATCH_MS);
  }
}

/** Of an agent's signs of life in one batch only the newest says anything. */
function latestProgressOnly(events: readonly RunEvent[]): readonly RunEvent[] {
  const newest = new Map<number, RunEvent>();
  for (const event of events) if (event.type === 'agent.progress') newest.set(event.agentId, event);
  return events.filter(
    (event) => event.type !== 'agent.progress' || newest.get(event.agentId) === event,
  );
}
