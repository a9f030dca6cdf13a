import type { Clock, Random } from '../../src/core/ports/clock.ts';

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** Lets every promise that can settle without the outside world settle. */
export async function settled(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** A clock that stands still until it is moved. */
export class FakeClock implements Clock {
  readonly #timers = new Set<Timer>();
  #nowMs = 0;

  get pending(): number {
    return this.#timers.size;
  }

  nowMs(): number {
    return 1_000_000 + this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): { dispose(): void } {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return { dispose: () => this.#timers.delete(timer) };
  }

  /** Moves on, firing timers in order, with everything that follows from one before the next. */
  async advance(byMs: number): Promise<void> {
    const endMs = this.#nowMs + byMs;
    for (let timer = this.#next(endMs); timer !== null; timer = this.#next(endMs)) {
      this.#timers.delete(timer);
      this.#nowMs = Math.max(this.#nowMs, timer.atMs);
      timer.callback();
      await settled(5);
    }
    this.#nowMs = endMs;
  }

  #next(endMs: number): Timer | null {
    const due = [...this.#timers].filter((timer) => timer.atMs <= endMs);
    return due.reduce<Timer | null>(
      (first, timer) => (first === null || timer.atMs < first.atMs ? timer : first),
      null,
    );
  }
}

/** Gives the numbers that it was made with, the last one for ever. */
export class FakeRandom implements Random {
  readonly #numbers: readonly number[];
  #index = 0;
  #ids = 0;

  constructor(numbers: readonly number[] = [0.5]) {
    this.#numbers = numbers;
  }

  next(): number {
    const number = this.#numbers[Math.min(this.#index, this.#numbers.length - 1)] ?? 0;
    this.#index += 1;
    return number;
  }

  id(): string {
    this.#ids += 1;
    return `id-${this.#ids}`;
  }
}
