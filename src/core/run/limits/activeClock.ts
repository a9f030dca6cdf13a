import type { Clock } from '../../ports/clock.ts';

interface Alarm {
  leftMs: number;
  armedAtMs: number;
  timer: { dispose(): void } | null;
  readonly callback: () => void;
}

/** Limits of time count while a run is under way; they stand still while it is paused. */
export class ActiveClock {
  readonly #clock: Clock;
  readonly #alarms = new Set<Alarm>();
  #isStopped = false;
  /** Active time up to the last stop or start. */
  #countedMs = 0;
  #sinceMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sinceMs = clock.monotonicMs();
  }

  /** Time since the clock was made, without the pauses. */
  elapsedMs(): number {
    return this.#countedMs + (this.#isStopped ? 0 : this.#clock.monotonicMs() - this.#sinceMs);
  }

  /** Calls back once after so much time that was not paused; dispose cancels. */
  after(delayMs: number, callback: () => void): { dispose(): void } {
    const alarm: Alarm = { leftMs: delayMs, armedAtMs: 0, timer: null, callback };
    this.#alarms.add(alarm);
    if (!this.#isStopped) this.#arm(alarm);
    return {
      dispose: () => {
        alarm.timer?.dispose();
        this.#alarms.delete(alarm);
      },
    };
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#countedMs = this.elapsedMs();
    this.#isStopped = true;
    for (const alarm of this.#alarms) {
      alarm.timer?.dispose();
      alarm.leftMs -= this.#clock.monotonicMs() - alarm.armedAtMs;
    }
  }

  goOn(): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    this.#sinceMs = this.#clock.monotonicMs();
    for (const alarm of this.#alarms) this.#arm(alarm);
  }

  #arm(alarm: Alarm): void {
    alarm.armedAtMs = this.#clock.monotonicMs();
    alarm.timer = this.#clock.after(Math.max(0, alarm.leftMs), () => {
      this.#alarms.delete(alarm);
      alarm.callback();
    });
  }
}
