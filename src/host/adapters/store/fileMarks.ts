import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { errorCode } from '../../../base/errorText.ts';
import type { FileMark } from '../../../protocol/events/fileMark.ts';

/** Size and hash of those of the named files that exist. */
export async function markFiles(
  directory: string,
  names: readonly string[],
): Promise<readonly FileMark[]> {
  const marks = await Promise.all(names.map((name) => markFile(directory, name)));
  return marks.filter((mark) => mark !== null);
}

async function markFile(directory: string, name: string): Promise<FileMark | null> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of chunksOf(path.join(directory, name))) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
  return { name, sha256: hash.digest('hex'), bytes };
}

// A stream without an encoding gives buffers; its type does not say so.
function chunksOf(file: string): AsyncIterable<Buffer> {
  return createReadStream(file);
}
