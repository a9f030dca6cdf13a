/**
 * How many requests may be in flight at one provider with one key. It learns from answers only: an overload
 * halves what is in flight, each good answer adds a little (additive increase, multiplicative decrease; Chiu
 * and Jain, 1989). Until the provider's first sign of life only a few requests try it out.
 */
import { BREAKER_IN_A_ROW, MAX_REQUEST_WINDOW, REFUSAL_PAUSE_MS } from '../../limits.ts';
import type { Clock } from '../../ports/clock.ts';

/** A place in the window, taken by one request until it leaves. */
export interface WindowPlace {
  /** Places are numbered as they are taken, so that late news of an early request can be told apart. */
  readonly number: number;
  /** Gives the place back; a second call does nothing. */
  readonly leave: () => void;
}

export class AdaptiveWindow {
  readonly #clock: Clock;
  readonly #waiting = new Set<(place: WindowPlace) => void>();
  #size = MAX_REQUEST_WINDOW;
  #inFlight = 0;
  #lastNumber = 0;
  #lastNumberBeforeCut = 0;
  #lastNumberBeforeDoubt = 0;
  #isTrusted = false;
  #heldUntilMs = 0;
  #refusals = 0;
  #refusalsUntilMs = 0;
  #timer: { dispose(): void } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Requests that may be in flight at once as things stand, for display; 0 while everybody is held. */
  allowed(): number {
    return this.heldForMs() > 0 ? 0 : Math.floor(this.#limit());
  }

  /** How long everybody has to wait before anything is sent. */
  heldForMs(): number {
    return Math.max(0, this.#heldUntilMs - this.#clock.monotonicMs());
  }

  /** A place, or null when there is none right now or others wait for one. */
  tryEnter(): WindowPlace | null {
    return this.#waiting.size === 0 && this.#hasRoom() ? this.#take() : null;
  }

  /** A place, in the order of asking; rejects with the signal's reason. */
  enter(signal: AbortSignal): Promise<WindowPlace> {
    return new Promise((resolve, reject) => {
      const enter = (place: WindowPlace): void => {
        signal.removeEventListener('abort', leave);
        resolve(place);
      };
      const leave = (): void => {
        this.#waiting.delete(enter);
        this.#admit();
        // The reason is whatever the owner of the signal gave, usually an Error.
        reject(signal.reason as Error);
      };
      if (signal.aborted) {
        leave();
        return;
      }
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.add(enter);
      this.#admit();
    });
  }

  /** Nobody enters for that long, or for longer if that was asked before. */
  hold(durationMs: number): void {
    this.#heldUntilMs = Math.max(this.#heldUntilMs, this.#clock.monotonicMs() + durationMs);
    this.#admit();
  }

  /** The provider has begun to answer that request. */
  noteSignOfLife(place: WindowPlace): void {
    if (this.#isTrusted || place.number <= this.#lastNumberBeforeDoubt) return;
    this.#isTrusted = true;
    this.#refusals = 0;
    this.#admit();
  }

  noteGoodAnswer(): void {
    this.#size = Math.min(MAX_REQUEST_WINDOW, this.#size + 1 / this.#size);
    this.#admit();
  }

  /** The provider had too much to do. What was sent before the last cut says nothing about it. */
  noteOverload(place: WindowPlace): void {
    if (place.number <= this.#lastNumberBeforeCut) return;
    this.#lastNumberBeforeCut = this.#lastNumber;
    this.#size = Math.max(1, Math.floor(Math.min(this.#size, this.#inFlight) / 2));
  }

  /** The provider refused for good. If it never answered, the next ones hold back for a moment. */
  noteRefusal(): void {
    if (this.#isTrusted) return;
    this.#refusals += 1;
    this.#refusalsUntilMs = this.#clock.monotonicMs() + REFUSAL_PAUSE_MS;
  }

  /** The usage limit is reached: until an answer to a later request, only a few try again. */
  noteUsageLimit(): void {
    this.#isTrusted = false;
    this.#lastNumberBeforeDoubt = this.#lastNumber;
    this.noteRefusal();
  }

  #take(): WindowPlace {
    this.#inFlight += 1;
    this.#lastNumber += 1;
    let isTaken = true;
    const leave = (): void => {
      if (!isTaken) return;
      isTaken = false;
      this.#inFlight -= 1;
      this.#admit();
    };
    return { number: this.#lastNumber, leave };
  }

  #limit(): number {
    return this.#isTrusted ? this.#size : Math.min(this.#size, BREAKER_IN_A_ROW);
  }

  #hasRoom(): boolean {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs >= this.#refusalsUntilMs) this.#refusals = 0;
    return nowMs >= this.#heldUntilMs && this.#inFlight + this.#refusals + 1 <= this.#limit();
  }

  #admit(): void {
    for (const enter of this.#waiting) {
      if (!this.#hasRoom()) break;
      this.#waiting.delete(enter);
      enter(this.#take());
    }
    this.#armTimer();
  }

  /** One timer for all who wait, and none when only the end of a request can help. */
  #armTimer(): void {
    this.#timer?.dispose();
    this.#timer = null;
    if (this.#waiting.size === 0) return;
    const nowMs = this.#clock.monotonicMs();
    const untilMs = nowMs < this.#heldUntilMs ? this.#heldUntilMs : this.#refusalsUntilMs;
    if (untilMs <= nowMs) return;
    this.#timer = this.#clock.after(untilMs - nowMs, () => {
      this.#timer = null;
      this.#admit();
    });
  }
}
