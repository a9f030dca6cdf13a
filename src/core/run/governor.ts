/**
 * Decides when a model request goes out. One governor serves all runs of one provider and key: when the
 * provider asks to wait, everybody waits, not only the request that was told.
 */
import { MAX_TURN_RETRIES, RETRY_BASE_MS, RETRY_MAX_MS, TURN_RETRY_WINDOW_MS } from '../limits.ts';
import type { Clock, Random } from '../ports/clock.ts';
import {
  ModelError,
  type ModelAnswer,
  type ModelClient,
  type ModelRequest,
  type SendOptions,
} from '../ports/modelClient.ts';
import { sleep } from './sleep.ts';

export interface GovernedSend extends SendOptions {
  /** The run's permit for one model request; resolves with its release. */
  readonly acquirePermit: () => Promise<() => void>;
  readonly onRetry?: ((error: ModelError) => void) | undefined;
}

export class Governor {
  readonly #client: ModelClient;
  readonly #clock: Clock;
  readonly #random: Random;
  #holdUntilMs = 0;

  constructor(client: ModelClient, clock: Clock, random: Random) {
    this.#client = client;
    this.#clock = clock;
    this.#random = random;
  }

  get client(): ModelClient {
    return this.#client;
  }

  /** Sends one turn, with retries. Rejects with the last ModelError, or with the signal's reason. */
  async send(request: ModelRequest, options: GovernedSend): Promise<ModelAnswer> {
    const startedMs = this.#clock.monotonicMs();
    for (let retries = 0; ; retries += 1) {
      const outcome = await this.#sendOnce(request, options);
      if (outcome.type === 'answer') return outcome.answer;
      const { error } = outcome;
      const waitMs = this.#backOffMs(retries, error);
      const elapsedMs = this.#clock.monotonicMs() - startedMs;
      const isSpent = retries >= MAX_TURN_RETRIES || elapsedMs + waitMs > TURN_RETRY_WINDOW_MS;
      if (error.retry === 'never' || isSpent) throw error;
      options.onRetry?.(error);
      await sleep(this.#clock, waitMs, options.signal);
    }
  }

  async #sendOnce(
    request: ModelRequest,
    options: GovernedSend,
  ): Promise<
    | { readonly type: 'answer'; readonly answer: ModelAnswer }
    | { readonly type: 'error'; readonly error: ModelError }
  > {
    const release = await this.#enter(options);
    try {
      return { type: 'answer', answer: await this.#client.send(request, options) };
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      if (error.retryAfterMs !== null) this.#hold(error.retryAfterMs);
      return { type: 'error', error };
    } finally {
      release();
    }
  }

  /** A permit, and no hold: while somebody waits for a permit, a new hold may have begun. */
  async #enter(options: GovernedSend): Promise<() => void> {
    for (;;) {
      const release = await options.acquirePermit();
      const waitMs = this.#holdUntilMs - this.#clock.monotonicMs();
      if (waitMs <= 0) return release;
      release();
      await sleep(this.#clock, waitMs, options.signal);
    }
  }

  #hold(retryAfterMs: number): void {
    this.#holdUntilMs = Math.max(this.#holdUntilMs, this.#clock.monotonicMs() + retryAfterMs);
  }

  // Full jitter (Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015) over half the
  // window, so that there is always some wait.
  #backOffMs(retries: number, error: ModelError): number {
    const windowMs = Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** retries);
    const jitteredMs = windowMs / 2 + (this.#random.next() * windowMs) / 2;
    return Math.max(error.retryAfterMs ?? 0, jitteredMs);
  }
}
