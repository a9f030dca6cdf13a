import { open } from 'node:fs/promises';
import { errorCode } from '../base/errorText.ts';

/** Makes new names in folders durable, so that a power cut cannot take back what was reported as written. */
export async function syncFolders(folders: ReadonlySet<string>): Promise<void> {
  // Windows cannot open folders, and keeps names durable by itself.
  if (process.platform === 'win32') return;
  await Promise.all([...folders].map(syncFolder));
}

async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // The folder may be gone again, or of a file system that syncs no folders: the files are written.
    if (!['ENOENT', 'EINVAL', 'EACCES', 'ENOTSUP'].includes(errorCode(error) ?? '')) throw error;
  }
}
