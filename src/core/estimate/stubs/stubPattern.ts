/**
 * Makes a short text for a regular expression, by reading the expression and never by running it: a
 * pattern comes from a script, and matching one could take for ever.
 */

import { appendAll } from '../../../base/appendAll.ts';
import { MAX_PATTERN_CHARS, MAX_STUB_CHARS } from '../estimateLimits.ts';

type Part =
  | { readonly type: 'characters'; readonly choices: readonly string[] }
  | { readonly type: 'choice'; readonly options: readonly (readonly Repeated[])[] }
  | { readonly type: 'nothing' };

interface Repeated {
  readonly part: Part;
  readonly min: number;
  readonly max: number;
}

/** Characters of one range in a set: those of an alphabet. */
const MAX_RANGE = 100;

const LOWER = charactersBetween('a', 'z');
const DIGITS = charactersBetween('0', '9');
const WORD = [...LOWER, ...LOWER.map((letter) => letter.toUpperCase()), ...DIGITS, '_'];
const PRINTABLE = charactersBetween('!', '~');
const CONTROL: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** Repetitions beyond the fewest, tried until the text is long enough. */
const EXTRA_REPETITIONS = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256];

/** Largest count in a pattern that is honoured. */
const MAX_REPETITIONS = 1000;

/** A text that fits, varied by `index`; null for a pattern with parts that this does not know. */
export function stubForPattern(
  pattern: string,
  wanted: { readonly index: number; readonly minLength: number },
): string | null {
  if (pattern.length > MAX_PATTERN_CHARS) return null;
  const options = new PatternReader(pattern).read();
  if (options === null) return null;
  const texts = EXTRA_REPETITIONS.map((extra) => render(options, { extra, index: wanted.index }));
  return texts.find((text) => text.length >= wanted.minLength) ?? null;
}

function render(
  options: readonly (readonly Repeated[])[],
  how: { readonly extra: number; readonly index: number },
): string {
  const sequence = options[0] ?? [];
  const texts = sequence.map(({ part, min, max }) => {
    // What is wanted once varies; what may repeat is as short as it can be.
    const count = Math.min(max, min + how.extra, Math.max(min, MAX_REPETITIONS));
    if (part.type === 'nothing') return '';
    if (part.type === 'choice') return repeat(render(part.options, how), count);
    return repeat(part.choices[how.index % part.choices.length] ?? '', count);
  });
  return texts.join('').slice(0, MAX_STUB_CHARS);
}

// Counts within counts multiply.
function repeat(text: string, count: number): string {
  return text.repeat(Math.min(count, Math.ceil(MAX_STUB_CHARS / Math.max(1, text.length))));
}

class PatternReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): readonly (readonly Repeated[])[] | null {
    const options = this.#readOptions();
    return this.#at === this.#text.length ? options : null;
  }

  #readOptions(): readonly (readonly Repeated[])[] | null {
    const options: (readonly Repeated[])[] = [];
    do {
      const sequence = this.#readSequence();
      if (sequence === null) return null;
      options.push(sequence);
    } while (this.#take('|'));
    return options;
  }

  #readSequence(): readonly Repeated[] | null {
    const sequence: Repeated[] = [];
    while (this.#at < this.#text.length && !'|)'.includes(this.#peek())) {
      const part = this.#readPart();
      const count = part === null ? null : this.#readCount();
      if (part === null || count === null) return null;
      sequence.push({ part, ...count });
    }
    return sequence;
  }

  #readPart(): Part | null {
    const character = this.#next();
    if (character === '^' || character === '$') return { type: 'nothing' };
    if (character === '.') return { type: 'characters', choices: LOWER };
    if (character === '(') return this.#readGroup();
    if (character === '[') return this.#readSet();
    if ('*+?{'.includes(character)) return null;
    if (character !== '\\') return { type: 'characters', choices: [character] };
    const choices = this.#readEscape();
    return choices === null ? null : { type: 'characters', choices };
  }

  #readGroup(): Part | null {
    // Of the groups that begin with a question mark only the plain one says what it holds.
    if (this.#take('?') && !this.#take(':')) return null;
    const options = this.#readOptions();
    return options === null || !this.#take(')') ? null : { type: 'choice', options };
  }

  #readSet(): Part | null {
    const isNegated = this.#take('^');
    const members: string[] = [];
    while (!this.#take(']')) {
      if (this.#at >= this.#text.length) return null;
      const from = this.#readMember();
      if (from === null) return null;
      const isRange = this.#peek() === '-' && this.#text[this.#at + 1] !== ']';
      if (!isRange || from.length !== 1) appendAll(members, from);
      else {
        this.#at += 1;
        const to = this.#readMember();
        if (to?.length !== 1) return null;
        appendAll(members, charactersBetween(from[0] ?? '', to[0] ?? ''));
      }
    }
    const choices = isNegated ? PRINTABLE.filter((item) => !members.includes(item)) : members;
    return choices.length === 0 ? null : { type: 'characters', choices };
  }

  #readMember(): readonly string[] | null {
    const character = this.#next();
    return character === '\\' ? this.#readEscape() : [character];
  }

  #readEscape(): readonly string[] | null {
    const character = this.#next();
    if (character === 'd') return DIGITS;
    if (character === 'w') return WORD;
    if (character === 's') return [' '];
    const control = CONTROL[character];
    if (control !== undefined) return [control];
    // Boundaries, back references, code points and classes by property.
    return /^[A-Za-z0-9]?$/u.test(character) ? null : [character];
  }

  #readCount(): { readonly min: number; readonly max: number } | null {
    const rest = this.#text.slice(this.#at);
    const found = /^(?:[*+?]|\{(\d{1,4})(,(\d{0,4}))?\})\??/u.exec(rest);
    if (found === null) return rest.startsWith('{') ? null : { min: 1, max: 1 };
    this.#at += found[0].length;
    if (found[0].startsWith('*')) return { min: 0, max: Infinity };
    if (found[0].startsWith('+')) return { min: 1, max: Infinity };
    if (found[0].startsWith('?')) return { min: 0, max: 1 };
    const min = Number(found[1]);
    if (min > MAX_REPETITIONS) return null;
    if (found[2] === undefined) return { min, max: min };
    return { min, max: found[3] === '' ? Infinity : Number(found[3]) };
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  #next(): string {
    const character = this.#peek();
    this.#at += 1;
    return character;
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at += 1;
    return true;
  }
}

function charactersBetween(first: string, last: string): string[] {
  const from = first.charCodeAt(0);
  const count = Math.min(last.charCodeAt(0) - from + 1, MAX_RANGE);
  return Array.from({ length: Math.max(0, count) }, (_, index) =>
    String.fromCharCode(from + index),
  );
}
