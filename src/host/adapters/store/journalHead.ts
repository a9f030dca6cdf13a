import { open, type FileHandle } from 'node:fs/promises';
import * as z from 'zod';
import { parseJson } from '../../../base/json.ts';
import { GENESIS_HASH } from '../../../core/journal/journalLines.ts';
import { ifThere } from '../../../node/ifThere.ts';
import { sha256Hex } from '../../../node/sha256Hex.ts';

export interface JournalHead {
  readonly seq: number;
  readonly head: string;
}

const Numbered = z.object({ seq: z.number().int().positive() });

/** Bytes that are read from the end at first: most lines are far shorter. */
const TAIL_BYTES = 64 * 1024;

/** Number and hash of a journal's last whole line, without reading all of it. */
export async function readJournalHead(file: string): Promise<JournalHead> {
  const handle = await ifThere(open(file, 'r'));
  if (handle === null) return { seq: 0, head: GENESIS_HASH };
  try {
    return headOf(await readLastLine(handle));
  } finally {
    await handle.close();
  }
}

function headOf(line: Buffer | null): JournalHead {
  if (line === null) return { seq: 0, head: GENESIS_HASH };
  const fields = parseJson(line.toString('utf8'));
  return { ...Numbered.parse(fields), head: sha256Hex(line) };
}

/** Null when there is no whole line. */
async function readLastLine(handle: FileHandle): Promise<Buffer | null> {
  const { size } = await handle.stat();
  for (let length = TAIL_BYTES; ; length *= 4) {
    const start = Math.max(0, size - length);
    const tail = Buffer.alloc(size - start);
    await handle.read(tail, 0, tail.length, start);
    const end = tail.lastIndexOf(0x0a);
    const before = end < 1 ? -1 : tail.lastIndexOf(0x0a, end - 1);
    if (end >= 0 && (before >= 0 || start === 0)) return tail.subarray(before + 1, end);
    if (start === 0) return null;
  }
}
