import { stat } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../../base/errorText.ts';

/** A text that is another one after every entry of a run's journal; '' when there is none. */
export async function journalStamp(directory: string): Promise<string> {
  try {
    const { mtimeMs, size } = await stat(path.join(directory, 'journal.jsonl'));
    return `${mtimeMs} ${size}`;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}
