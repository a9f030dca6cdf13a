/**
 * Lets the first of many like requests go ahead until the provider begins to answer it: from then on the rest
 * read the shared prefix (model, tools, system) from the provider's cache instead of paying for it each.
 */
import { createHash } from 'node:crypto';
import { MAX_KNOWN_PREFIXES, MIN_CACHED_PREFIX_CHARS, PREFIX_CACHE_MS } from '../../limits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ModelRequest } from '../../ports/modelClient.ts';

/** The leave of one request to go out. */
export interface PrefixTurn {
  /** The provider has begun to answer: the prefix is in its cache now. */
  readonly noteSignOfLife: () => void;
  /** The request is over; if it led in vain, another may lead. */
  readonly end: () => void;
}

interface KnownPrefix {
  cachedUntilMs: number;
  leader: symbol | null;
  readonly followers: Set<() => void>;
}

interface KnownKey {
  readonly model: string;
  readonly system: string;
  readonly key: string | null;
}

export class PrefixLeaders {
  readonly #clock: Clock;
  readonly #prefixes = new Map<string, KnownPrefix>();
  readonly #keys = new WeakMap<ModelRequest['tools'], KnownKey>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The name of the request's prefix; null when it is too short for a cache. */
  keyOf(request: ModelRequest): string | null {
    const { model, system, tools } = request;
    // An agent sends the same list of tools with every turn, so the key is worked out once.
    const known = this.#keys.get(tools);
    if (known?.model === model && known.system === system) return known.key;
    const text = `${model}\n${JSON.stringify(tools)}\n${system}`;
    const isLong = text.length >= MIN_CACHED_PREFIX_CHARS;
    const key = isLong ? createHash('sha256').update(text).digest('base64') : null;
    this.#keys.set(tools, { model, system, key });
    return key;
  }

  /** Resolves at once unless somebody leads; else when that one has a sign of life or ends. */
  async waitForLeader(key: string, signal: AbortSignal): Promise<void> {
    const prefix = this.#prefixes.get(key);
    if (prefix === undefined || !this.#mustWait(prefix)) return;
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        prefix.followers.delete(go);
        // The reason is whatever the owner of the signal gave, usually an Error.
        reject(signal.reason as Error);
      };
      if (signal.aborted) {
        leave();
        return;
      }
      signal.addEventListener('abort', leave, { once: true });
      prefix.followers.add(go);
    });
  }

  /** A turn for a first request; null when another one leads. */
  tryBegin(key: string): PrefixTurn | null {
    const prefix = this.#prefixes.get(key) ?? this.#add(key);
    if (this.#mustWait(prefix)) return null;
    if (this.#isCached(prefix)) return this.beginFollowUp(key);
    const own = Symbol(key);
    prefix.leader = own;
    const handOver = (): void => {
      if (prefix.leader === own) this.#release(prefix);
    };
    const noteSignOfLife = (): void => {
      this.#noteCached(prefix);
      handOver();
    };
    return { noteSignOfLife, end: handOver };
  }

  /** A turn for a request that has a history, and never waits; its answer counts for the prefix too. */
  beginFollowUp(key: string): PrefixTurn {
    const noteSignOfLife = (): void => {
      const prefix = this.#prefixes.get(key) ?? this.#add(key);
      this.#noteCached(prefix);
      this.#release(prefix);
    };
    return { noteSignOfLife, end: () => undefined };
  }

  #add(key: string): KnownPrefix {
    const prefix: KnownPrefix = { cachedUntilMs: -Infinity, leader: null, followers: new Set() };
    if (this.#prefixes.size >= MAX_KNOWN_PREFIXES) this.#forgetOldest();
    this.#prefixes.set(key, prefix);
    return prefix;
  }

  // A prefix that somebody leads is waited for, so it stays; there are never more than requests in flight.
  #forgetOldest(): void {
    for (const [key, prefix] of this.#prefixes) {
      if (prefix.leader !== null) continue;
      this.#prefixes.delete(key);
      return;
    }
  }

  #isCached(prefix: KnownPrefix): boolean {
    return this.#clock.monotonicMs() < prefix.cachedUntilMs;
  }

  #mustWait(prefix: KnownPrefix): boolean {
    return prefix.leader !== null && !this.#isCached(prefix);
  }

  #noteCached(prefix: KnownPrefix): void {
    prefix.cachedUntilMs = this.#clock.monotonicMs() + PREFIX_CACHE_MS;
  }

  // All are woken, not one: a single one might wait long for its run's permit, and the rest with it.
  #release(prefix: KnownPrefix): void {
    prefix.leader = null;
    for (const go of prefix.followers) go();
    prefix.followers.clear();
  }
}
