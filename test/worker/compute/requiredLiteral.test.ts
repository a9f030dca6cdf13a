import assert from 'node:assert/strict';
import { fc } from '../../support/fastCheck.ts';
import { requiredLiteral } from '../../../src/worker/compute/requiredLiteral.ts';

describe('requiredLiteral', () => {
  const rows: readonly [pattern: string, literal: string | null][] = [
    ['createServer', 'createServer'],
    ['^import .* from', 'import '],
    [String.raw`\bfoo\(bar\)`, 'foo(bar)'],
    [String.raw`console\.log`, 'console.log'],
    ['foo|bar', null],
    ['(foo|bar)baz', 'baz'],
    ['foo(?:bar)?', 'foo'],
    ['colou?r', 'colo'],
    ['ab*c', null],
    ['abc+d', 'abc'],
    ['x{20,30}yz', 'yz'],
    ['[abc|(]def', 'def'],
    [String.raw`[\]a]bc`, 'bc'],
    [String.raw`\u0041bc`, null],
    [String.raw`\p{L}abc`, null],
    [String.raw`(?<n>a)\k<n>bcd`, null],
    [String.raw`\d\d-\d\d`, null],
    ['(?!foo)bar', 'bar'],
    ['(?i:foo)bar', 'bar'],
    ['ünder', 'nder'],
    ['a', null],
    ['', null],
  ];
  for (const [pattern, literal] of rows) {
    it(`of ${JSON.stringify(pattern)} is ${JSON.stringify(literal)}`, () => {
      assert.equal(requiredLiteral(pattern), literal);
    });
  }

  it('is in whatever the pattern matches', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', ' ', '2', ','), maxLength: 4 });
    const parts = fc.array(part, { maxLength: 6 });
    let found = 0;
    fc.assert(
      fc.property(text, parts, fc.nat(), text, (before, chosen, side, after) => {
        const source = chosen.map((each) => each.source).join('');
        const line = before + matchOf(chosen, side) + after;
        // What a quantifier may not follow is refused before anything is looked for.
        const regex = readRegex(source);
        if (regex === null || !regex.test(line)) return;
        const literal = requiredLiteral(source);
        if (literal === null) return;
        found += 1;
        assert.ok(line.includes(literal), `${literal} of /${source}/ in "${line}"`);
      }),
      { numRuns: 20_000 },
    );
    assert.ok(found > 1000, `only ${found} of the patterns had a literal and matched`);
  });
});

/** A piece of a pattern, and a text that it matches. */
interface Part {
  readonly source: string;
  readonly match: string;
}

/** What a quantifier may stand after: `head` comes before what is quantified. */
interface Atom {
  readonly source: string;
  readonly head?: string;
  readonly matches: readonly string[];
}

const atoms: readonly Atom[] = [
  { source: 'a', matches: ['a'] },
  { source: 'b', matches: ['b'] },
  { source: 'ab', head: 'a', matches: ['b'] },
  { source: 'ba ', head: 'ba', matches: [' '] },
  { source: '.', matches: ['a', '2', ','] },
  { source: '[ab]', matches: ['a', 'b'] },
  { source: '(ab)', matches: ['ab'] },
  { source: '(a|b)', matches: ['a', 'b'] },
  { source: '(?:ba)', matches: ['ba'] },
  { source: String.raw`\.`, matches: ['.'] },
  { source: '^', matches: [''] },
  { source: '$', matches: [''] },
  { source: String.raw`\w`, matches: ['a', '2'] },
  { source: String.raw`\s`, matches: [' '] },
  { source: '(?=a)', matches: [''] },
  { source: '(?!b)', matches: [''] },
  { source: String.raw`\x61`, matches: ['a'] },
  { source: '|', matches: [''] },
  { source: '[^a]', matches: ['b', '.'] },
];

const quantifiers: readonly (readonly [source: string, least: number, most: number])[] = [
  ['', 1, 1],
  ['', 1, 1],
  ['', 1, 1],
  ['?', 0, 1],
  ['*', 0, 2],
  ['+', 1, 2],
  ['{2}', 2, 2],
  ['{0,12}', 0, 2],
  ['+?', 1, 2],
];

const part: fc.Arbitrary<Part> = fc
  .tuple(fc.constantFrom(...atoms), fc.constantFrom(...quantifiers))
  .chain(([{ source, head = '', matches }, [quantifier, least, most]]) =>
    fc
      .array(fc.constantFrom(...matches), { minLength: least, maxLength: most })
      .map((repeated) => ({ source: source + quantifier, match: head + repeated.join('') })),
  );

/** What the parts match together; of alternatives only one has to be there. */
function matchOf(chosen: readonly Part[], side: number): string {
  const sides = [''];
  for (const { source, match } of chosen) {
    if (source === '|') sides.push('');
    else sides.push((sides.pop() ?? '') + match);
  }
  return sides[side % sides.length] ?? '';
}

function readRegex(source: string): RegExp | null {
  try {
    return new RegExp(source, 'u');
  } catch {
    return null;
  }
}
