import type { Clock } from '../ports/clock.ts';

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

  constructor(clock: Clock) {
    this.#clock = clock;
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
    this.#isStopped = true;
    for (const alarm of this.#alarms) {
      alarm.timer?.dispose();
      alarm.leftMs -= this.#clock.monotonicMs() - alarm.armedAtMs;
    }
  }

  goOn(): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
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
