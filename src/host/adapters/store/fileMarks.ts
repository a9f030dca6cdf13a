import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { FileMark } from '../../../protocol/events/fileMark.ts';
import { ifThere } from '../../../node/ifThere.ts';
import { readChunks } from '../../../node/readChunks.ts';

/** Size and hash of those of the named files that exist. */
export async function markFiles(
  directory: string,
  names: readonly string[],
): Promise<readonly FileMark[]> {
  const marks = await Promise.all(names.map((name) => markFile(directory, name)));
  return marks.filter((mark) => mark !== null);
}

async function markFile(directory: string, name: string): Promise<FileMark | null> {
  const handle = await ifThere(open(path.join(directory, name), 'r'));
  if (handle === null) return null;
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of readChunks(handle)) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    return { name, sha256: hash.digest('hex'), bytes };
  } finally {
    await handle.close();
  }
}
