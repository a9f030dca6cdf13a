import { stat } from 'node:fs/promises';
import path from 'node:path';
import { ifThere } from '../../node/ifThere.ts';

/** A text that is another one after every entry of a run's journal; '' when there is none. */
export async function journalStamp(directory: string): Promise<string> {
  const stats = await ifThere(stat(path.join(directory, 'journal.jsonl')));
  return stats === null ? '' : `${stats.mtimeMs} ${stats.size}`;
}
