import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { JournalContent } from '../../../core/journal/journalLines.ts';
import { decodeOnce } from './decodeOnce.ts';
import { JOURNAL_NAME } from './runFolders.ts';

/** Reads a run's journal without changing it; rejects with a JournalError that names the broken entry. */
export async function readJournal(directory: string): Promise<JournalContent> {
  const bytes = await readFile(path.join(directory, JOURNAL_NAME));
  return decodeOnce(path.basename(directory), bytes);
}
