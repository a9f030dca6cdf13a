import { readFile } from 'node:fs/promises';
import type { Clock } from '../../../core/ports/clock.ts';
import type { Journal } from '../../../core/ports/runStore.ts';
import { decodeLine, encodeLine, FIRST_PREV, hashLine } from '../../../core/journal/journalLine.ts';
import { readLines, type ReadJournal } from '../../../core/journal/readLines.ts';
import type { DurableRunEvent, RunFact } from '../../../protocol/runEvents.ts';
import { AppendFile } from './appendFile.ts';

export interface JournalFileOptions {
  readonly path: string;
  readonly runId: string;
  readonly clock: Clock;
  readonly scrub: (text: string) => string;
}

/** The one writer of a run's journal. */
export class JournalFile implements Journal {
  readonly #options: JournalFileOptions;
  readonly #file: AppendFile;
  #seq: number;
  #prev: string;

  private constructor(options: JournalFileOptions, file: AppendFile, read: ReadJournal) {
    this.#options = options;
    this.#file = file;
    this.#seq = read.events.length;
    this.#prev = read.headHash;
  }

  /** Starts a new journal. */
  static async create(options: JournalFileOptions): Promise<JournalFile> {
    const empty = { events: [], headHash: FIRST_PREV, wholeBytes: 0 };
    return new JournalFile(options, await AppendFile.open(options.path), empty);
  }

  async append(fact: RunFact): Promise<DurableRunEvent> {
    const { runId, clock, scrub } = this.#options;
    this.#seq += 1;
    const place = { seq: this.#seq, at: clock.nowMs(), prev: this.#prev };
    const line = scrub(encodeLine(fact, place));
    // Reading it back shows a mistake of ours before it is on disk, not on the day of a resume.
    const event = decodeLine(line, { runId, seq: place.seq, prev: place.prev });
    this.#prev = hashLine(line);
    await this.#file.append(`${line}\n`);
    return event;
  }

  headHash(): string {
    return this.#prev;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** Reads the journal of a run; throws a JournalError that names the first broken entry. */
export async function readJournalFile(path: string, runId: string): Promise<ReadJournal> {
  return readLines(await readFile(path, 'utf8'), runId);
}
