import { readdir } from 'node:fs/promises';
import { ifThere } from './ifThere.ts';

/** The names in a folder; none when there is no such folder. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  return (await ifThere(readdir(folder))) ?? [];
}
