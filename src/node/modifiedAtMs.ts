import { stat } from 'node:fs/promises';
import { ifThere } from './ifThere.ts';

/** When a file was last changed, in milliseconds since the epoch; null when there is none. */
export async function modifiedAtMs(file: string): Promise<number | null> {
  return (await ifThere(stat(file)))?.mtimeMs ?? null;
}
