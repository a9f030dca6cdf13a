import { sha256Hex } from './fileContent.ts';

/** Bytes of a path's hash decide its bucket: enough buckets that each stays small with thousands of paths. */
const BUCKET_HEX_DIGITS = 2;

/**
 * Hash of a set of changed paths, kept up to date at the cost of what changed. It depends on the set
 * alone, not on the order in which it came about.
 */
export class TreeHasher {
  readonly #buckets = new Map<string, Map<string, string>>();
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
    this.#value ??= sha256Hex(JSON.stringify([this.#base, this.#hashBuckets()]));
    return this.#value;
  }

  #hashBuckets(): (readonly [string, string])[] {
    for (const [name, bucket] of this.#buckets) {
      if (this.#bucketHashes.has(name)) continue;
      const entries = [...bucket].sort(([a], [b]) => (a < b ? -1 : 1));
      this.#bucketHashes.set(name, sha256Hex(JSON.stringify(entries)));
    }
    return [...this.#bucketHashes].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}
