/**
 * Decides when a model request goes out. One governor serves all runs of one provider and key: when the
 * provider asks to wait, everybody waits, not only the request that was told. A request needs the permit of
 * its run, a place in the window that all runs share, and, when like requests start together, its turn.
 */
import {
  MAX_HEADER_HOLD_MS,
  MAX_TURN_RETRIES,
  RETRY_BASE_MS,
  RETRY_MAX_MS,
  TURN_RETRY_WINDOW_MS,
} from '../../limits.ts';
import type { Clock, Random } from '../../ports/clock.ts';
import {
  ModelError,
  type ModelAnswer,
  type ModelClient,
  type ModelRequest,
  type RateLimits,
  type SendOptions,
} from '../../ports/modelClient.ts';
import { AdaptiveWindow, type WindowPlace } from './adaptiveWindow.ts';
import { enterWindow, type WindowEntry } from './enterWindow.ts';
import { PrefixLeaders, type PrefixTurn } from './prefixLeaders.ts';
import { sleep } from './sleep.ts';

export interface GovernedSend extends SendOptions {
  /** The run's permit for one model request; resolves with its release. */
  readonly acquirePermit: () => Promise<() => void>;
  /** The request goes out now; called for each try. */
  readonly onSend?: (() => void) | undefined;
  readonly onRetry?: ((error: ModelError) => void) | undefined;
}

export interface GovernorOptions {
  /** Shared by the governors of one key that differ in their default models only. */
  readonly window?: AdaptiveWindow | undefined;
  /** First wait between two tries. */
  readonly retryBaseMs?: number | undefined;
}

export class Governor {
  readonly #client: ModelClient;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #retryBaseMs: number;
  readonly #window: AdaptiveWindow;
  readonly #leaders: PrefixLeaders;

  constructor(client: ModelClient, clock: Clock, random: Random, options: GovernorOptions = {}) {
    this.#client = client;
    this.#clock = clock;
    this.#random = random;
    this.#retryBaseMs = options.retryBaseMs ?? RETRY_BASE_MS;
    this.#window = options.window ?? new AdaptiveWindow(clock);
    this.#leaders = new PrefixLeaders(clock);
  }

  get client(): ModelClient {
    return this.#client;
  }

  /** Requests that may be in flight at once as the provider behaves now; 0 while it asked to wait. */
  allowed(): number {
    return this.#window.allowed();
  }

  /** How long the provider asked everybody to wait from now on, in milliseconds. */
  heldForMs(): number {
    return this.#window.heldForMs();
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
    const { entry, turn } = await this.#enter(request, options);
    const noteSignOfLife = once(() => {
      this.#window.noteSignOfLife(entry.place);
      turn.noteSignOfLife();
    });
    try {
      options.onSend?.();
      const answer = await this.#client.send(request, this.#watch(options, noteSignOfLife));
      noteSignOfLife();
      this.#window.noteGoodAnswer();
      return { type: 'answer', answer };
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      this.#learnFrom(error, entry.place);
      return { type: 'error', error };
    } finally {
      turn.end();
      entry.leave();
    }
  }

  async #enter(
    request: ModelRequest,
    options: GovernedSend,
  ): Promise<{ readonly entry: WindowEntry; readonly turn: PrefixTurn }> {
    const key = this.#client.cachesPrefixes === true ? this.#leaders.keyOf(request) : null;
    const mayWait = key !== null && request.messages.length <= 1;
    for (;;) {
      // Followers hold nothing while they wait, so that other runs and other prefixes go on.
      if (mayWait) await this.#leaders.waitForLeader(key, options.signal);
      const entry = await enterWindow(this.#window, options);
      if (key === null) return { entry, turn: freeTurn };
      const turn = mayWait ? this.#leaders.tryBegin(key) : this.#leaders.beginFollowUp(key);
      if (turn !== null) return { entry, turn };
      entry.leave();
    }
  }

  #watch(options: GovernedSend, noteSignOfLife: () => void): SendOptions {
    return {
      signal: options.signal,
      onText: options.onText,
      onActivity: () => {
        noteSignOfLife();
        options.onActivity?.();
      },
      onRateLimits: (limits) => {
        const holdMs = Math.min(usedUpForMs(limits), MAX_HEADER_HOLD_MS);
        if (holdMs > 0) this.#window.hold(holdMs);
        options.onRateLimits?.(limits);
      },
    };
  }

  #learnFrom(error: ModelError, place: WindowPlace): void {
    if (error.code === 'model_usage_limit') this.#window.noteUsageLimit();
    else if (error.retry === 'never') this.#window.noteRefusal();
    else if (isOverload(error)) this.#window.noteOverload(place);
    if (error.retryAfterMs === null) return;
    // Whoever is told to wait longer than a turn may last gives up, and says so; the others try again.
    this.#window.hold(Math.min(error.retryAfterMs, TURN_RETRY_WINDOW_MS));
  }

  // Full jitter (Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015) over half the
  // window, so that there is always some wait.
  #backOffMs(retries: number, error: ModelError): number {
    const windowMs = Math.min(RETRY_MAX_MS, this.#retryBaseMs * 2 ** retries);
    const jitteredMs = windowMs / 2 + (this.#random.next() * windowMs) / 2;
    return Math.max(error.retryAfterMs ?? 0, jitteredMs);
  }
}

const freeTurn: PrefixTurn = { noteSignOfLife: () => undefined, end: () => undefined };

function isOverload(error: ModelError): boolean {
  return error.code === 'model_rate_limited' || error.status === 529;
}

/** How long one of the limits stays used up. */
function usedUpForMs(limits: RateLimits): number {
  const { requests, tokens, inputTokens, outputTokens } = limits;
  const waits = [requests, tokens, inputTokens, outputTokens].map(({ remaining, resetMs }) =>
    remaining === 0 ? (resetMs ?? 0) : 0,
  );
  return Math.max(...waits);
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    action();
  };
}
