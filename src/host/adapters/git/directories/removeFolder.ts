import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Removes a folder that a command could write to, whatever it left there: folders that nobody may enter, and such
 * that lie deeper than any path can say.
 */
export async function removeFolder(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    if (process.platform === 'win32') throw error;
    // These go down step by step, and follow no link. What could not be opened is what rm then complains of.
    await run('chmod', ['-R', 'u+rwx', '--', folder]).catch(() => undefined);
    await run('rm', ['-rf', '--', folder]);
  }
}
