/** Random three versions of a file, as byte text, made from a seed alone. */
import type { MergeInput } from '../../../../src/core/changes/text/merge3.ts';

/** Whole numbers from 0 to below `limit`. */
export type Dice = (limit: number) => number;

/** One generated case and what it is about. */
export interface MergeCase extends MergeInput {
  readonly what: string;
}

/** A source of numbers that gives the same row for the same seed. */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** One of the values. */
export function pick<T>(dice: Dice, values: readonly [T, ...T[]]): T {
  return values[dice(values.length)] ?? values[0];
}

/** Case number `index` of a seed. */
export function mergeCaseOf(seed: number, index: number): MergeCase {
  const dice = diceOf(seed * 65_537 + index);
  const size = sizeOf(dice, index);
  const words = wordsOf(dice, size);
  const ends = pick(dice, endStyles);
  const line: MakeLine = () => `${pick(dice, words)}${pick(dice, ends.values)}`;
  const base = Array.from({ length: size }, line);
  const ours = edited(dice, base, line);
  const theirs = dice(6) === 0 ? edited(dice, ours, line) : edited(dice, base, line);
  const finish = finisher(dice);
  return {
    what: `${size} lines, ${words.length} different words, ends ${ends.name}`,
    base: finish(base),
    ours: finish(ours),
    theirs: finish(theirs),
  };
}

type MakeLine = () => string;

const endStyles: readonly [EndStyle, ...EndStyle[]] = [
  { name: 'LF', values: ['\n'] },
  { name: 'LF', values: ['\n'] },
  { name: 'CRLF', values: ['\r\n'] },
  { name: 'mixed', values: ['\n', '\r\n'] },
  { name: 'mixed with lone CR', values: ['\n', '\n', '\r\n', '\r', '\r\r\n'] },
];

interface EndStyle {
  readonly name: string;
  readonly values: readonly [string, ...string[]];
}

/** Small files mostly; one in a hundred is long, three in two thousand very long. */
function sizeOf(dice: Dice, index: number): number {
  if (index % 700 === 699) return 50_000;
  if (index % 100 === 99) return 500 + dice(4500);
  return pick(dice, [0, 1, 2, 3 + dice(5), 5 + dice(20), 5 + dice(20), 20 + dice(60)]);
}

/** Few words make the place of a change open to choice, many make it plain. */
function wordsOf(dice: Dice, size: number): readonly [string, ...string[]] {
  const letters = pick(dice, ['abcdefgh', 'ab\xe9\xfc', '\xc3\xa9xy', '{} ;']);
  const variety = size > 400 ? size * 2 : pick(dice, [2, 4, 12, 300]);
  const rest = Array.from({ length: variety - 1 }, (_x, number) => {
    const letter = letters[number % letters.length] ?? 'a';
    return number === 1 ? '' : `${letter}${number < letters.length ? '' : number}`;
  });
  return ['{', ...rest];
}

function edited(dice: Dice, lines: readonly string[], line: MakeLine): string[] {
  const output = [...lines];
  const most = lines.length > 400 ? 40 : 4;
  for (let left = dice(most + 1); left > 0; left -= 1) editOnce(dice, output, line);
  if (dice(40) === 0) return output.map((each) => each.replace(/\r?\n$/u, '\r\n'));
  if (dice(40) === 0) return [];
  return output;
}

function editOnce(dice: Dice, output: string[], line: MakeLine): void {
  const at = dice(output.length + 1);
  const insert = Array.from({ length: dice(4) }, line);
  switch (dice(5)) {
    case 0: {
      const block = output.splice(at, 1 + dice(6));
      output.splice(dice(output.length + 1), 0, ...block);
      return;
    }
    case 1:
      output.splice(at, 0, ...output.slice(at, at + 1 + dice(3)));
      return;
    case 2:
      output.splice(at, 1 + dice(4));
      return;
    default:
      output.splice(at, dice(3), ...insert);
  }
}

/** Joins lines; puts a byte order mark in front and leaves out a final line end, now and then. */
function finisher(dice: Dice): (lines: readonly string[]) => string {
  const mark = dice(8) === 0 ? '\xef\xbb\xbf' : '';
  const losesMark = dice(8);
  let version = 0;
  return (lines) => {
    version += 1;
    const text = lines.join('');
    const head = mark !== '' && losesMark !== version ? mark : '';
    return head + (dice(5) === 0 ? text.replace(/\r?\n$/u, '') : text);
  };
}
