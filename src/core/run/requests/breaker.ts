import { BREAKER_IN_A_ROW, BREAKER_WINDOW } from '../../limits.ts';

/** How one agent ended, as far as the breaker cares; skipped and cancelled ones are not told to it. */
export type NotedEnd =
  | { readonly outcome: 'ok' }
  | { readonly outcome: 'failed'; readonly cause: string };

/** Sees when agents keep failing with the same cause, so that the run can pause before it spends more. */
export class Breaker {
  /** Causes of the last ends, null for ok; the newest is last. */
  #ends: (string | null)[] = [];

  /** Returns a sentence with the cause when that end is one too many, else null. */
  note(end: NotedEnd): string | null {
    this.#ends.push(end.outcome === 'ok' ? null : end.cause);
    if (this.#ends.length > BREAKER_WINDOW) this.#ends.shift();
    return end.outcome === 'ok' ? this.#oftenInWindow() : this.#rowOf(end.cause);
  }

  /** Forgets everything; for a run that goes on after a pause. */
  reset(): void {
    this.#ends = [];
  }

  #rowOf(cause: string): string | null {
    const row = this.#ends.slice(-BREAKER_IN_A_ROW);
    if (row.length === BREAKER_IN_A_ROW && row.every((ended) => ended === cause)) {
      return `${BREAKER_IN_A_ROW} agents in a row failed with the same cause: ${cause}`;
    }
    return this.#oftenInWindow();
  }

  #oftenInWindow(): string | null {
    if (this.#ends.length < BREAKER_WINDOW) return null;
    const counts = new Map<string, number>();
    for (const cause of this.#ends) {
      if (cause !== null) counts.set(cause, (counts.get(cause) ?? 0) + 1);
    }
    for (const [cause, count] of counts) {
      if (count * 2 < BREAKER_WINDOW) continue;
      return `${count} of the last ${BREAKER_WINDOW} agents failed with the same cause: ${cause}`;
    }
    return null;
  }
}
