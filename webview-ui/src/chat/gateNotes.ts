import { signal } from '@preact/signals';

/** The notes that are being written to open questions; they outlive a rebuild of the page. */
export class GateNotes {
  readonly #texts = signal<Readonly<Record<string, string>>>({});

  of(itemId: string): string {
    return this.#texts.value[itemId] ?? '';
  }

  set(itemId: string, text: string): void {
    this.#texts.value = { ...this.#texts.value, [itemId]: text };
  }

  /** Forgets the notes to all but these items. */
  keepOnly(itemIds: ReadonlySet<string>): void {
    const kept = Object.entries(this.#texts.peek()).filter(([itemId]) => itemIds.has(itemId));
    this.#texts.value = Object.fromEntries(kept);
  }

  /** All notes as text, for the editor to keep. */
  save(): string {
    return JSON.stringify(this.#texts.value);
  }

  /** Brings kept notes back; what cannot be read is left out. */
  restore(saved: string | undefined): void {
    const texts = readRecord(saved ?? '{}');
    const notes = Object.entries(texts).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    this.#texts.value = Object.fromEntries(notes);
  }
}

function readRecord(json: string): object {
  try {
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    // A state that another version kept is worth no more than an empty one.
    return {};
  }
}
