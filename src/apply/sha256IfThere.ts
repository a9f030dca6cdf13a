import { openRegularFile } from '../node/regularFile.ts';
import { sha256Of } from './heldFile.ts';

/** The SHA-256 of a file's bytes; null where no regular file stands, whatever else may. */
export async function sha256IfThere(file: string): Promise<string | null> {
  const opened = await openRegularFile(file);
  if (opened.type !== 'file') return null;
  try {
    return await sha256Of(opened.handle);
  } finally {
    await opened.handle.close();
  }
}
