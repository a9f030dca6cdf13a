import { sha256Hex } from '../../../node/sha256Hex.ts';

/** Bytes of a path's hash decide its bucket: enough buckets that each stays small with thousands of paths. */
const BUCKET_HEX_DIGITS = 2;

/**
 * Hash of a set of changed paths, kept up to date at the cost of what changed. It depends on the set
 * alone, not on the order in which it came about.
 */
export class TreeHasher {
  readonly #buckets = new Map<string, Map<string, string>>();
  /** Each as the JSON of its name and its hash. */
  readonly #bucketHashes = new Map<string, string>();
  readonly #base: string;
  #value: string | null = null;

  /** `base` names the tree that the changes lie over. */
  constructor(base: string) {
    this.#base = base;
  }

  /** Sets the identity of a changed path, or takes the path out with null. */
  set(path: string, identity: string | null): void {
    const name = sha256Hex(path).slice(0, BUCKET_HEX_DIGITS);
    const bucket = this.#buckets.get(name) ?? new Map<string, string>();
    if (identity === null) bucket.delete(path);
    else bucket.set(path, identity);
    this.#value = null;
    this.#bucketHashes.delete(name);
    if (bucket.size === 0) this.#buckets.delete(name);
    else this.#buckets.set(name, bucket);
  }

  value(): string {
    this.#value ??= sha256Hex(`[${JSON.stringify(this.#base)},[${this.#hashBuckets()}]]`);
    return this.#value;
  }

  /** JSON of the name and the hash of every bucket, in the order of the names. */
  #hashBuckets(): string {
    for (const [name, bucket] of this.#buckets) {
      if (this.#bucketHashes.has(name)) continue;
      const entries = [...bucket].sort(([a], [b]) => (a < b ? -1 : 1));
      const bucketHash = sha256Hex(JSON.stringify(entries));
      this.#bucketHashes.set(name, JSON.stringify([name, bucketHash]));
    }
    return bucketNames.flatMap((name) => this.#bucketHashes.get(name) ?? []).join(',');
  }
}

/** In their order, so that nothing has to be sorted for each hash. */
const bucketNames = Array.from({ length: 16 ** BUCKET_HEX_DIGITS }, (_item, index) =>
  index.toString(16).padStart(BUCKET_HEX_DIGITS, '0'),
);
