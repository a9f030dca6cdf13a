import assert from 'node:assert/strict';
import * as fc from 'fast-check';
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
    const atom = fc.constantFrom(
      'a',
      'b',
      'ab',
      'ba ',
      '.',
      '[ab]',
      '(ab)',
      '(a|b)',
      '(?:ba)',
      String.raw`\.`,
      '^',
      '$',
      String.raw`\w`,
      String.raw`\s`,
      '(?=a)',
      '(?!b)',
      String.raw`\x61`,
      '|',
      '[^a]',
    );
    const quantified = fc
      .tuple(atom, fc.constantFrom('', '', '', '?', '*', '+', '{2}', '{0,12}', '+?'))
      .map(([one, quantifier]) => one + quantifier);
    const pattern = fc.array(quantified, { maxLength: 6 }).map((parts) => parts.join(''));
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', ' ', '2', ','), maxLength: 12 });
    fc.assert(
      fc.property(pattern, text, (source, line) => {
        let regex: RegExp;
        try {
          regex = new RegExp(source, 'u');
        } catch {
          // The search refuses it before it looks for anything.
          return;
        }
        const literal = requiredLiteral(source);
        if (literal !== null && regex.test(line)) assert.ok(line.includes(literal), literal);
      }),
      { numRuns: 20_000 },
    );
  });
});
