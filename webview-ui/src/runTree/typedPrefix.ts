/** Keys that come faster than this belong to one word. */
const PAUSE_MS = 800;

/** Collects typed letters into the beginning of a label. */
export class TypedPrefix {
  #text = '';
  #lastAt = 0;

  /** Adds a letter and gives what has been typed without a pause. */
  add(letter: string, atMs: number): string {
    this.#text = atMs - this.#lastAt > PAUSE_MS ? letter : this.#text + letter;
    this.#lastAt = atMs;
    return this.#text;
  }
}
