import assert from 'node:assert/strict';
import { minimalEdit } from '../../../../src/extension/review/apply/textEdit.ts';
import { fc } from '../../../support/fastCheck.ts';

describe('the minimal edit', () => {
  const cases: readonly (readonly [string, string, [number, number, string] | null])[] = [
    ['same', 'same', null],
    ['abc', 'aXc', [1, 2, 'X']],
    ['aaa', 'aa', [2, 3, '']],
    ['', 'new', [0, 0, 'new']],
    ['a\r\nb', 'a\nb', [1, 3, '\n']],
    ['😀', '😁', [0, 2, '😁']],
  ];
  for (const [before, after, expected] of cases) {
    it(`turns ${JSON.stringify(before)} into ${JSON.stringify(after)}`, () => {
      const edit = minimalEdit(before, after);
      assert.deepEqual(edit === null ? null : [edit.start, edit.end, edit.text], expected);
    });
  }

  it('gives the new text for any two texts and never cuts CR LF or a surrogate pair', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', '\r', '\n', '\r\n', '😀', '😁'), { maxLength: 12 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const edit = minimalEdit(before, after);
        if (edit === null) return before === after;
        const result = before.slice(0, edit.start) + edit.text + before.slice(edit.end);
        return result === after && isWhole(before, edit.start) && isWhole(before, edit.end);
      }),
    );
  });
});

function isWhole(text: string, index: number): boolean {
  const around = text.slice(Math.max(0, index - 1), index + 1);
  return around !== '\r\n' && !/^[\uD800-\uDBFF][\uDC00-\uDFFF]$/u.test(around);
}
