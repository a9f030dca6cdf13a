/** A journal that cannot be believed: it names the entry where reading had to stop. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly code = 'journal_broken';
  /** Line in journal.jsonl, from 1. */
  readonly line: number;
  /** Number of the entry, when it could be read. */
  readonly seq: number | null;

  constructor(reason: string, entry: { readonly line: number; readonly seq: number | null }) {
    const name = entry.seq === null ? '' : ` (entry ${entry.seq})`;
    super(`Cannot read the journal: line ${entry.line}${name} ${reason}.`);
    this.line = entry.line;
    this.seq = entry.seq;
  }
}

/** Recognises a broken journal, also across a thread. */
export function isJournalError(error: unknown): error is JournalError {
  return error instanceof Error && 'code' in error && error.code === 'journal_broken';
}
