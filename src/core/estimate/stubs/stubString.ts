import type { Json } from '../../../base/json.ts';
import { MAX_STUB_CHARS } from '../estimateLimits.ts';
import { stubForPattern } from './stubPattern.ts';

type JsonObject = { readonly [key: string]: Json };

/** What a stub text is varied by. */
export interface StubTextPlace {
  /** Name of the property that it is for; '' at the root. */
  readonly name: string;
  /** Position in the array around it. */
  readonly index: number;
  /** Number of the distinct prompt that is answered: another question has other answers. */
  readonly salt: number;
  /** Paths of the snapshot, so that a script can read what a stub names. */
  readonly paths: readonly string[];
}

const PATH_NAME = /(?:^|_)(?:path|file|file_?name|file_?path)s?$|(?:Path|File)s?$/iu;

/** A text that keeps to format, pattern and length as far as they are simple. */
export function stubString(schema: JsonObject, place: StubTextPlace): string {
  const minLength = Math.min(numberOf(schema['minLength']) ?? 0, MAX_STUB_CHARS);
  const maxLength = numberOf(schema['maxLength']) ?? Infinity;
  const text = chooseText(schema, place, minLength);
  return text.padEnd(minLength, 'x').slice(0, Math.max(0, maxLength));
}

function chooseText(schema: JsonObject, place: StubTextPlace, minLength: number): string {
  const { pattern, format } = schema;
  const { index, salt, paths, name } = place;
  if (typeof format === 'string' && Object.hasOwn(BY_FORMAT, format)) {
    const number = (salt * 10 + index) % 90;
    return BY_FORMAT[format]?.(10 + number) ?? '';
  }
  if (typeof pattern === 'string') {
    const fitting = stubForPattern(pattern, { index, minLength });
    if (fitting !== null) return fitting;
  }
  if (PATH_NAME.test(name) && paths.length > 0) {
    return paths[(salt - 1 + index) % paths.length] ?? '';
  }
  return `${name === '' ? 'stub' : name} ${salt}.${index + 1}`;
}

/** Two digits make each of them another. */
const BY_FORMAT: Readonly<Record<string, (number: number) => string>> = {
  'date-time': (number) => `2020-01-02T03:04:${String(number % 60).padStart(2, '0')}Z`,
  date: (number) => `20${number}-01-02`,
  time: (number) => `03:04:${String(number % 60).padStart(2, '0')}Z`,
  duration: (number) => `P${number}D`,
  email: (number) => `stub${number}@example.com`,
  hostname: (number) => `stub${number}.example.com`,
  uri: (number) => `https://example.com/${number}`,
  url: (number) => `https://example.com/${number}`,
  'uri-reference': (number) => `/stub/${number}`,
  uuid: (number) => `00000000-0000-4000-8000-0000000000${number}`,
  ipv4: (number) => `192.0.2.${number}`,
  ipv6: (number) => `2001:db8::${number}`,
};

function numberOf(value: Json | undefined): number | null {
  return typeof value === 'number' ? value : null;
}
