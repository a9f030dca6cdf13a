/** Keeps what a command prints: all of it up to a limit, else its beginning and its end. */
export class CommandOutput {
  readonly #halfBytes: number;
  readonly #head: Buffer[] = [];
  #headBytes = 0;
  #tail: Buffer[] = [];
  #tailBytes = 0;
  #droppedBytes = 0;
  #printedBytes = 0;

  constructor(maxBytes: number) {
    this.#halfBytes = Math.floor(maxBytes / 2);
  }

  /** All that came, kept or not. */
  get printedBytes(): number {
    return this.#printedBytes;
  }

  add(chunk: Buffer): void {
    this.#printedBytes += chunk.length;
    const room = this.#halfBytes - this.#headBytes;
    const forHead = chunk.subarray(0, Math.max(0, room));
    if (forHead.length > 0) this.#head.push(forHead);
    this.#headBytes += forHead.length;
    this.#addToTail(chunk.subarray(forHead.length));
  }

  /** The text so far, with a sentence where something was left out. */
  text(): string {
    const head = Buffer.concat(this.#head);
    const tail = Buffer.concat(this.#tail);
    const overhang = Math.max(0, tail.length - this.#halfBytes);
    const dropped = this.#droppedBytes + overhang;
    if (dropped === 0) return Buffer.concat([head, tail]).toString('utf8');
    const kept = tail.subarray(overhang).toString('utf8');
    return `${head.toString('utf8')}\n[${dropped} bytes left out here]\n${kept}`;
  }

  #addToTail(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#tail.push(chunk);
    this.#tailBytes += chunk.length;
    let first = this.#tail[0];
    while (first !== undefined && this.#tailBytes - first.length >= this.#halfBytes) {
      this.#tail.shift();
      this.#tailBytes -= first.length;
      this.#droppedBytes += first.length;
      first = this.#tail[0];
    }
  }
}
