import assert from 'node:assert/strict';
import { errorPosition } from '../../../src/worker/script/errorPosition.ts';

const at = (frame: string, source?: string) => {
  const place = errorPosition(`    at ${frame}\n`, [{ fileName: 'a.js', linesBefore: 1, source }]);
  return place === null ? null : [place.line, place.column];
};

describe('A place in a stack', () => {
  const text = (line: string): string => `before\n${line}\nlast`;
  const cases: readonly (readonly [string, string, string | undefined, unknown])[] = [
    ['is that of the user’s line', 'a.js:2:3', text('abc'), [1, 3]],
    ['may be in parentheses', 'f (a.js:2:3)', text('abc'), [1, 3]],
    ['counts a letter of two bytes once', 'a.js:2:4', text('é b'), [1, 3]],
    ['counts a letter of three bytes once', 'a.js:2:5', text('漢 b'), [1, 3]],
    ['counts an emoji as two', 'a.js:2:6', text('😀 b'), [1, 4]],
    ['counts half of a pair as one', 'a.js:2:5', text('\ud83d b'), [1, 3]],
    ['ignores what is behind it', 'a.js:2:2', text('ab漢'), [1, 2]],
    ['ignores other lines', 'a.js:3:3', text('漢漢漢'), [2, 3]],
    ['knows lines that end in CR and LF', 'a.js:3:4', 'before\r\n漢\r\né b', [2, 3]],
    ['knows lines that end in CR', 'a.js:3:4', 'before\n漢\ré b', [2, 3]],
    ['may be the line’s end', 'a.js:2:7', text('漢字'), [1, 3]],
    ['may be behind the line’s end', 'a.js:2:8', text('漢字'), [1, 4]],
    ['may be behind the last line', 'a.js:9:8', text('漢字'), [8, 8]],
    ['may have no column', 'a.js:2', text('漢字'), [1, null]],
    ['is the engine’s own without the text', 'a.js:2:4', undefined, [1, 4]],
    ['is none in a line before the user’s', 'a.js:1:4', text('abc'), null],
    ['is none in another file', 'aa.js:2:4', text('abc'), null],
  ];
  for (const [title, frame, source, expected] of cases) {
    it(title, () => assert.deepEqual(at(frame, source), expected));
  }
});
