import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../../base/errorText.ts';

/** Ids of the runs in a state root, oldest first: an id begins with its time. */
export async function listRunIds(stateDirectory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(join(stateDirectory, 'runs'), { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
