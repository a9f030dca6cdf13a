import { classifyBytes } from './fileContent.ts';
import { keepLineEndings } from './lineEndings.ts';

type TextEncoding = 'utf8' | 'latin1';

/** A file as text, with all that is needed to write the same bytes again. The byte order mark is not in `text`. */
export interface TextFile {
  readonly type: 'text';
  readonly text: string;
  readonly encoding: TextEncoding;
  readonly bom: boolean;
}

export type DecodedFile = TextFile | { readonly type: 'binary' };

export type EncodeResult =
  | { readonly type: 'encoded'; readonly bytes: Uint8Array }
  | {
      readonly type: 'refused';
      readonly reason: string;
      /** The character that the encoding lacks, and its line, counted from 1. */
      readonly character: string;
      readonly line: number;
    };

const BOM = '\ufeff';

/** Decodes bytes so that `encodeText` gives exactly them again, or says that they are not text. */
export function decodeFile(bytes: Uint8Array): DecodedFile {
  const byteClass = classifyBytes(bytes);
  if (byteClass === 'binary') return { type: 'binary' };
  const encoding = byteClass === 'latin1' ? 'latin1' : 'utf8';
  // A Buffer keeps the mark, unlike TextDecoder, so nothing is lost without being seen.
  const full = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(encoding);
  const bom = encoding === 'utf8' && full.startsWith(BOM);
  return { type: 'text', text: bom ? full.slice(1) : full, encoding, bom };
}

/** Encodes text; refuses a character that the encoding lacks rather than writing a substitute. */
export function encodeText(file: Omit<TextFile, 'type'>): EncodeResult {
  const bad = file.encoding === 'utf8' ? firstUnpaired(file.text) : firstBeyondLatin1(file.text);
  if (bad !== -1) return refusal(file, bad);
  const full = file.bom ? BOM + file.text : file.text;
  const bytes = new Uint8Array(Buffer.from(full, file.encoding));
  if (classifyBytes(bytes) === 'binary') return refusal(file, Math.max(0, file.text.indexOf('\0')));
  return { type: 'encoded', bytes };
}

/** What an agent sees of a text file: no byte order mark, `\n` for every line end. */
export function toAgentText(file: TextFile): string {
  return file.text.replaceAll('\r\n', '\n');
}

/**
 * Bytes for a text that an agent wrote in place of `base`: encoding, byte order mark, the bytes of lines
 * it left alone and the line ends around new lines are kept. Without a base the text is UTF-8 as it stands.
 */
export function fromAgentText(base: TextFile | null, agentText: string): EncodeResult {
  if (base === null) return encodeText({ text: agentText, encoding: 'utf8', bom: false });
  const text = keepLineEndings(base.text, agentText);
  return encodeText({ text, encoding: base.encoding, bom: base.bom });
}

function refusal(file: Omit<TextFile, 'type'>, index: number): EncodeResult {
  const character = String.fromCodePoint(file.text.codePointAt(index) ?? 0);
  const line = file.text.slice(0, index).split('\n').length;
  return {
    type: 'refused',
    reason: refusalReason(file.encoding, character, line),
    character,
    line,
  };
}

function refusalReason(encoding: TextEncoding, character: string, line: number): string {
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  if (character === '\0')
    return `Cannot write the text: line ${line} holds a NUL (${code}), which would make the file binary. Leave it out.`;
  if (encoding === 'utf8')
    return `Cannot write the text: line ${line} holds half a character (${code}). Write the whole character.`;
  return `Cannot write the text: line ${line} holds "${character}" (${code}), which the file's one-byte encoding lacks. Use characters that the file can hold.`;
}

function firstUnpaired(text: string): number {
  return text.isWellFormed() ? -1 : text.search(/\p{Surrogate}/u);
}

function firstBeyondLatin1(text: string): number {
  // The range is what one byte can hold; control characters are part of it on purpose.
  return text.search(/[^\u0000-\u00ff]/u);
}
