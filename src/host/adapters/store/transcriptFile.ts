import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { TranscriptWriter } from '../../../core/ports/runStore.ts';

/** One agent's transcript, a JSON line for each request, answer and tool call. Not synced: the journal is what counts. */
export class TranscriptFile implements TranscriptWriter {
  readonly #stream: WriteStream;
  readonly #scrub: (text: string) => string;

  constructor(directory: string, scrub: (text: string) => string) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#stream = createWriteStream(join(directory, 'transcript.jsonl'), {
      flags: 'a',
      mode: 0o600,
    });
    this.#scrub = scrub;
  }

  write(entry: { readonly kind: string; readonly [key: string]: unknown }): void {
    this.#stream.write(`${this.#scrub(JSON.stringify(entry))}\n`);
  }

  async close(): Promise<void> {
    this.#stream.end();
    await finished(this.#stream);
  }
}
