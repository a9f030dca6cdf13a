/**
 * Git's binary patch: both sides whole, as zlib data in base 85. The zlib blocks are stored, not deflated:
 * a binary that an agent changes is small and rare, and the shape needs no compression library.
 */
import { createHash } from 'node:crypto';

/** Bytes in one line of git's base 85. */
const LINE_BYTES = 52;

/** Bytes that one stored block can hold. */
const STORED_BYTES = 0xffff;

const ALPHABET =
  '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~';

/** The lines from `index` on; an absent side is an empty one. Git finds the sides by their full ids. */
export function binaryPatch(before: Uint8Array | null, after: Uint8Array | null): string {
  const index = `index ${blobId(before)}..${blobId(after)}\n`;
  return `${index}GIT binary patch\n${literal(after)}${literal(before)}`;
}

/** Git's id of a blob; noughts for a file that is not there. */
function blobId(bytes: Uint8Array | null): string {
  if (bytes === null) return '0'.repeat(40);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

function literal(bytes: Uint8Array | null): string {
  const content = bytes ?? new Uint8Array();
  const stored = storeAsZlib(content);
  const lines: string[] = [];
  for (let start = 0; start < stored.length; start += LINE_BYTES) {
    lines.push(base85Line(stored.subarray(start, start + LINE_BYTES)));
  }
  return `literal ${content.length}\n${lines.join('')}\n`;
}

/** A zlib stream of stored blocks (RFC 1950 and 1951). */
function storeAsZlib(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  let start = 0;
  do {
    const block = bytes.subarray(start, start + STORED_BYTES);
    start += STORED_BYTES;
    const head = Buffer.alloc(5);
    head.writeUInt8(start >= bytes.length ? 1 : 0, 0);
    head.writeUInt16LE(block.length, 1);
    head.writeUInt16LE(~block.length & 0xffff, 3);
    parts.push(head, block);
  } while (start < bytes.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(adler32(bytes));
  return Buffer.concat([...parts, sum]);
}

function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % 65_521;
    high = (high + low) % 65_521;
  }
  return high * 65_536 + low;
}

/** A letter for the length, five characters for each four bytes. */
function base85Line(bytes: Uint8Array): string {
  const { length } = bytes;
  const letter = String.fromCharCode(length <= 26 ? 0x40 + length : 0x60 + length - 26);
  const padded = Buffer.alloc(Math.ceil(length / 4) * 4);
  padded.set(bytes);
  let text = letter;
  for (let at = 0; at < padded.length; at += 4) text += base85Word(padded.readUInt32BE(at));
  return `${text}\n`;
}

function base85Word(word: number): string {
  let text = '';
  for (let rest = word, digit = 0; digit < 5; digit += 1) {
    text = (ALPHABET[rest % 85] ?? '') + text;
    rest = Math.floor(rest / 85);
  }
  return text;
}
