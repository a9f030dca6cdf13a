import { createHash, type Hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import { errorText } from '../../../base/errorText.ts';
import { scrubbedJson } from '../../../core/journal/scrubSecrets.ts';
import type { Clock } from '../../../core/ports/clock.ts';
import type { Log } from '../../../core/ports/log.ts';
import type { TranscriptWriter } from '../../../core/ports/runStore.ts';
import type { FileMark } from '../../../protocol/events/fileMark.ts';
import { makePrivateFolder } from '../durableFiles.ts';

/** Longest time that a line waits in memory: short for a reader, long enough to gather several lines. */
const FLUSH_DELAY_MS = 250;

/** Characters that are gathered at most before they are written. */
const FLUSH_CHARS = 64 * 1024;

export interface FileTranscriptOptions {
  readonly file: string;
  /** Its path inside the run's folder. */
  readonly name: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: readonly string[];
}

/** Writes a transcript in the background; a failure is logged once and never stops the agent. */
export class FileTranscript implements TranscriptWriter {
  readonly #options: FileTranscriptOptions;
  #lines: string[] = [];
  #chars = 0;
  #written: { readonly hash: Hash; readonly bytes: number } | null = null;
  #timer: { dispose(): void } | null = null;
  #writing: Promise<void> = Promise.resolve();
  #state: 'new' | 'open' | 'failed' = 'new';

  constructor(options: FileTranscriptOptions) {
    this.#options = options;
  }

  write(entry: { readonly kind: string; readonly [key: string]: unknown }): void {
    const { clock, secrets } = this.#options;
    const line = `${scrubbedJson({ at: clock.nowMs(), ...entry }, secrets)}\n`;
    const { hash, bytes } = this.#written ?? hashOf(this.#options.file);
    this.#written = { hash: hash.update(line), bytes: bytes + Buffer.byteLength(line) };
    this.#lines.push(line);
    this.#chars += line.length;
    if (this.#chars >= FLUSH_CHARS) this.#flush();
    else this.#timer ??= clock.after(FLUSH_DELAY_MS, () => this.#flush());
  }

  /** Waits for the file, so that a process that dies right after the entry has left what the entry names. */
  async mark(): Promise<FileMark | null> {
    await this.close();
    if (this.#written === null || this.#state === 'failed') return null;
    const { hash, bytes } = this.#written;
    return { name: this.#options.name, sha256: hash.copy().digest('hex'), bytes };
  }

  /** Resolves when everything is written. */
  async close(): Promise<void> {
    this.#flush();
    await this.#writing;
  }

  #flush(): void {
    this.#timer?.dispose();
    this.#timer = null;
    if (this.#lines.length === 0) return;
    const text = this.#lines.join('');
    this.#lines = [];
    this.#chars = 0;
    this.#writing = this.#writing.then(() => this.#append(text));
  }

  async #append(text: string): Promise<void> {
    if (this.#state === 'failed') return;
    const { file, log } = this.#options;
    try {
      if (this.#state === 'new') await makePrivateFolder(path.dirname(file));
      this.#state = 'open';
      await appendFile(file, text, { mode: 0o600 });
    } catch (error) {
      this.#state = 'failed';
      log.error('store', 'transcript stopped', { file, reason: errorText(error) });
    }
  }
}

/** What an earlier session wrote counts too. Only an agent that is asked anew has such a file; it is short. */
function hashOf(file: string): { readonly hash: Hash; readonly bytes: number } {
  const hash = createHash('sha256');
  try {
    const bytes = readFileSync(file);
    return { hash: hash.update(bytes), bytes: bytes.length };
  } catch {
    // Nearly always there is none; one that cannot be read cannot be written either, and the log says so then.
    return { hash, bytes: 0 };
  }
}
