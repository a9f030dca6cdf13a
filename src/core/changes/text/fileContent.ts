/**
 * Content of files as bytes. Line work is done on "byte text": one character for each byte. A line
 * feed is one byte in every encoding that we treat as text, so cutting and joining byte text can never
 * damage a character, whatever the encoding is.
 */
import type { FileContent } from '../../ports/fileView.ts';
import { sha256Hex } from '../../../node/sha256Hex.ts';

/** Git's mode of a symbolic link. */
export const SYMLINK_MODE = 0o120000;

/** Git's mode of a plain file, for files that are new. */
export const PLAIN_FILE_MODE = 0o100644;

/** Of UTF-8. */
const BYTE_ORDER_MARK: readonly number[] = [0xef, 0xbb, 0xbf];

/** Git looks for a NUL in as many bytes. */
const BINARY_PROBE_BYTES = 8 * 1024;

/** Git's mode of a file that can be run as a program. */
export const EXECUTABLE_MODE = 0o100755;

/** The SHA-256 of a file's bytes; null for a file that does not exist. */
export function contentSha256(content: FileContent | null): string | null {
  return content === null ? null : sha256Hex(content.bytes);
}

/** Equal bytes; two missing files are equal. Modes are not compared. */
export function sameBytes(a: FileContent | null, b: FileContent | null): boolean {
  if (a === null || b === null) return a === b;
  return a === b || asBuffer(a.bytes).equals(b.bytes);
}

/** Equal bytes and modes; two missing files are equal. */
export function sameContent(a: FileContent | null, b: FileContent | null): boolean {
  return sameBytes(a, b) && a?.mode === b?.mode;
}

/** What the bytes are: `ascii` is valid in every encoding, `latin1` stands for any one-byte or unknown one. */
export type ByteClass = 'ascii' | 'utf8' | 'latin1' | 'binary';

/** Tells text from other data and UTF-8 from what is not; only bytes that survive a round trip count as UTF-8. */
export function classifyBytes(bytes: Uint8Array): ByteClass {
  const buffer = asBuffer(bytes);
  if (buffer.subarray(0, BINARY_PROBE_BYTES).includes(0) || startsLikeUtf16(buffer))
    return 'binary';
  if (isAscii(buffer)) return 'ascii';
  return Buffer.from(buffer.toString('utf8'), 'utf8').equals(buffer) ? 'utf8' : 'latin1';
}

/** Neither a symbolic link nor binary. */
export function isTextFile(content: FileContent): boolean {
  return content.mode !== SYMLINK_MODE && classifyBytes(content.bytes) !== 'binary';
}

/** Whether lines of both may stand in one file: not when one is UTF-8 and the other is not. */
export function mayMix(a: Uint8Array, b: Uint8Array): boolean {
  // A byte order mark that both have says nothing about what else is in them.
  const isMarked = hasMark(a) && hasMark(b);
  const [first, second] = [a, b].map((bytes) =>
    classifyBytes(isMarked ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes),
  );
  return first === second || first === 'ascii' || second === 'ascii';
}

/** Bytes as text with one character for each byte. */
export function toByteText(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('latin1');
}

/** The bytes of byte text. */
export function fromByteText(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function isAscii(buffer: Buffer): boolean {
  // Each byte as a character: only those beyond ASCII take a second byte in UTF-8. Both steps are native.
  return Buffer.byteLength(buffer.toString('latin1'), 'utf8') === buffer.length;
}

function hasMark(bytes: Uint8Array): boolean {
  return BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte);
}

function startsLikeUtf16(buffer: Buffer): boolean {
  const mark = buffer.length >= 2 ? buffer.readUInt16BE(0) : 0;
  return mark === 0xfeff || mark === 0xfffe;
}
