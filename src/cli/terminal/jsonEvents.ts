import type { Json } from '../../base/json.ts';
import { loadValue } from '../../core/run/outcomes/storeValue.ts';
import type { BlobStore } from '../../core/ports/runStore.ts';
import type { RunEvent, RunEventOf } from '../../protocol/events/runEvents.ts';
import { printLine, type OutputStream } from '../cliContext.ts';

type PublicEnd = Omit<RunEventOf<'run.ended'>, 'result'> & { readonly result: Json };

/** Writes events as JSON lines; the last one carries the script's result itself. */
export class JsonEvents {
  readonly #out: OutputStream;
  readonly #blobs: Pick<BlobStore, 'get'>;
  #ended: RunEventOf<'run.ended'> | null = null;

  constructor(out: OutputStream, blobs: Pick<BlobStore, 'get'>) {
    this.#out = out;
    this.#blobs = blobs;
  }

  write(event: RunEvent): void {
    if (event.type === 'run.ended') this.#ended = event;
    else this.#print(event);
  }

  /** Writes the last line. */
  async end(): Promise<void> {
    if (this.#ended === null) return;
    this.#print({ ...this.#ended, result: await this.#result(this.#ended) });
  }

  async #result(ended: RunEventOf<'run.ended'>): Promise<Json> {
    return ended.result === null ? null : loadValue(ended.result, this.#blobs);
  }

  #print(event: RunEvent | PublicEnd): void {
    printLine(this.#out, JSON.stringify(event));
  }
}
