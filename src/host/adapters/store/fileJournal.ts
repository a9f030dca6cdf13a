import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { createDeferred } from '../../../base/deferred.ts';
import type { Deferred } from '../../../base/deferred.ts';
import { parseJson } from '../../../base/json.ts';
import { encodeJournalLine, GENESIS_HASH } from '../../../core/journal/journalLines.ts';
import { scrubbedJson } from '../../../core/journal/scrubSecrets.ts';
import type { Clock } from '../../../core/ports/clock.ts';
import type { Journal } from '../../../core/ports/runStore.ts';
import { isTransient, RunEvent } from '../../../protocol/events/runEvents.ts';
import type { DurableRunEvent, RunFact } from '../../../protocol/events/runEvents.ts';
import { decodeOnce } from './decodeOnce.ts';
import { sha256Hex } from '../../../node/sha256Hex.ts';

export interface FileJournalOptions {
  readonly runId: string;
  readonly file: string;
  readonly clock: Clock;
  readonly secrets: readonly string[];
}

interface Waiting {
  readonly fact: RunFact;
  readonly at: number;
  readonly written: Deferred<DurableRunEvent>;
}

interface Head {
  readonly seq: number;
  readonly hash: string;
  readonly bytes: number;
}

/** Opens a journal for its one writer; a torn last line is cut off first. */
export async function openFileJournal(
  options: FileJournalOptions,
): Promise<{ readonly journal: FileJournal; readonly events: readonly DurableRunEvent[] }> {
  const handle = await open(options.file, 'a+', 0o600);
  try {
    const { events, headHash, wholeBytes } = decodeOnce(options.runId, await handle.readFile());
    await handle.truncate(wholeBytes);
    await handle.datasync();
    const head = { seq: events.length, hash: headHash, bytes: wholeBytes };
    return { journal: new FileJournal(options, handle, head), events };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Appends events; whoever waits at the same time shares one write and one fdatasync. */
export class FileJournal implements Journal {
  readonly #options: FileJournalOptions;
  readonly #handle: FileHandle;
  #head: Head = { seq: 0, hash: GENESIS_HASH, bytes: 0 };
  #queue: Waiting[] = [];
  #flushing: Promise<void> | null = null;
  #fault: Error | null = null;

  constructor(options: FileJournalOptions, handle: FileHandle, head: Head) {
    this.#options = options;
    this.#handle = handle;
    this.#head = head;
  }

  /** Rejects when the event is invalid or cannot be written; what was appended before it stays. */
  append(fact: RunFact): Promise<DurableRunEvent> {
    if (this.#fault !== null) return Promise.reject(this.#fault);
    const written = createDeferred<DurableRunEvent>();
    this.#queue.push({ fact, at: this.#options.clock.nowMs(), written });
    this.#flushing ??= this.#flushAll();
    return written.promise;
  }

  headHash(): string {
    return this.#head.hash;
  }

  /** Number and hash of the last line. */
  sealedHead(): { readonly seq: number; readonly head: string } {
    return { seq: this.#head.seq, head: this.#head.hash };
  }

  /** Waits for what is being written; later appends are refused. */
  async close(): Promise<void> {
    this.#fault ??= new Error(`The journal ${this.#options.file} is closed.`);
    await this.#flushing;
    await this.#handle.close();
  }

  async #flushAll(): Promise<void> {
    // Lets everything that happens in this turn of the loop join the first batch.
    await Promise.resolve();
    while (this.#queue.length > 0) await this.#flush(this.#queue.splice(0));
    this.#flushing = null;
  }

  async #flush(batch: readonly Waiting[]): Promise<void> {
    let head = this.#head;
    const lines: string[] = [];
    const done: { readonly event: DurableRunEvent; readonly written: Waiting['written'] }[] = [];
    for (const waiting of batch) {
      try {
        const event = this.#toEvent(waiting, head.seq + 1);
        const line = encodeJournalLine(event, head.hash);
        const bytes = head.bytes + Buffer.byteLength(line) + 1;
        head = { seq: event.seq, hash: sha256Hex(line), bytes };
        lines.push(`${line}\n`);
        done.push({ event, written: waiting.written });
      } catch (error) {
        waiting.written.reject(error);
      }
    }
    try {
      await this.#handle.appendFile(lines.join(''));
      await this.#handle.datasync();
    } catch (error) {
      await this.#undo(error);
      for (const { written } of done) written.reject(error);
      return;
    }
    this.#head = head;
    for (const { event, written } of done) written.resolve(event);
  }

  /** What is written is what the caller gets back: scrubbed, checked, and equal to what a replay will read. */
  #toEvent(waiting: Waiting, seq: number): DurableRunEvent {
    const { runId, secrets } = this.#options;
    const { fact, at } = waiting;
    const event = RunEvent.parse(parseJson(scrubbedJson({ ...fact, runId, at, seq }, secrets)));
    if (isTransient(event)) {
      throw new TypeError(`${event.type} is transient and never journaled.`);
    }
    return event;
  }

  /** Takes back a half-written batch, so that writing can go on once there is space again. */
  async #undo(cause: unknown): Promise<void> {
    try {
      await this.#handle.truncate(this.#head.bytes);
    } catch {
      // Where the file ends is unknown now: nothing may be added to it any more.
      const message = `Cannot continue the journal ${this.#options.file} after a failed write. Resume the run.`;
      this.#fault = new Error(message, { cause });
    }
  }
}
