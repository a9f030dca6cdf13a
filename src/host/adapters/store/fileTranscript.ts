import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import { errorText } from '../../../base/errorText.ts';
import { scrubbedJson } from '../../../core/journal/scrubSecrets.ts';
import type { Clock } from '../../../core/ports/clock.ts';
import type { Log } from '../../../core/ports/log.ts';
import type { TranscriptWriter } from '../../../core/ports/runStore.ts';
import { makePrivateFolder } from './durableFiles.ts';

/** Longest time that a line waits in memory: short for a reader, long enough to gather several lines. */
const FLUSH_DELAY_MS = 250;

/** Characters that are gathered at most before they are written. */
const FLUSH_CHARS = 64 * 1024;

export interface FileTranscriptOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: readonly string[];
}

/** Writes a transcript in the background; a failure is logged once and never stops the agent. */
export class FileTranscript implements TranscriptWriter {
  readonly #options: FileTranscriptOptions;
  #lines: string[] = [];
  #chars = 0;
  #timer: { dispose(): void } | null = null;
  #writing: Promise<void> = Promise.resolve();
  #state: 'new' | 'open' | 'failed' = 'new';

  constructor(options: FileTranscriptOptions) {
    this.#options = options;
  }

  write(entry: { readonly kind: string; readonly [key: string]: unknown }): void {
    const { clock, secrets } = this.#options;
    const line = `${scrubbedJson({ at: clock.nowMs(), ...entry }, secrets)}\n`;
    this.#lines.push(line);
    this.#chars += line.length;
    if (this.#chars >= FLUSH_CHARS) this.#flush();
    else this.#timer ??= clock.after(FLUSH_DELAY_MS, () => this.#flush());
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
