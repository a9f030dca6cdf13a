import { Semaphore } from '../../../base/semaphore.ts';

/**
 * Concurrency is a permit for a running agent and another for each model request. Throttling and pausing
 * abort nothing: they only let fewer in, so that the count sinks as requests end.
 */
export class Permits {
  readonly #agents: Semaphore;
  readonly #requests: Semaphore;
  #concurrency: number;
  #isHeld = false;

  constructor(concurrency: number) {
    this.#concurrency = concurrency;
    this.#agents = new Semaphore(concurrency);
    this.#requests = new Semaphore(concurrency);
  }

  acquireAgent(signal: AbortSignal): Promise<() => void> {
    return this.#agents.acquire(signal);
  }

  /** For an agent that let others in while it waited for a person. */
  acquireAgentAgain(signal: AbortSignal): Promise<() => void> {
    return this.#agents.acquireAgain(signal);
  }

  acquireRequest(signal: AbortSignal): Promise<() => void> {
    return this.#requests.acquire(signal);
  }

  throttle(concurrency: number): void {
    this.#concurrency = concurrency;
    this.#apply();
  }

  /** Nothing new starts until release(). */
  hold(): void {
    this.#isHeld = true;
    this.#apply();
  }

  release(): void {
    this.#isHeld = false;
    this.#apply();
  }

  #apply(): void {
    const size = this.#isHeld ? 0 : this.#concurrency;
    this.#agents.resize(size);
    this.#requests.resize(size);
  }
}
