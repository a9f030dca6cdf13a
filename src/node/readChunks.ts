import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

/**
 * The bytes of an open file, piece by piece from its start: the first `bytes` of them, or all. Whoever opened it
 * closes it.
 */
export function readChunks(handle: FileHandle, bytes?: number): AsyncIterable<Buffer> {
  if (bytes === 0) return noChunks();
  const end = bytes === undefined ? {} : { end: bytes - 1 };
  // A stream without an encoding gives buffers; its type does not say so.
  return createReadStream('', { fd: handle, autoClose: false, start: 0, ...end });
}

async function* noChunks(): AsyncIterable<Buffer> {
  // A stream cannot be told to read nothing.
}
