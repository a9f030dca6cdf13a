import assert from 'node:assert/strict';
import { visibleText } from '../../src/base/visibleText.ts';

describe('visibleText', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['leaves words, line breaks and tabs', 'grün 日本 🙂\n\tx  y', 'grün 日本 🙂\n\tx  y'],
    ['shows what turns text around', 'a\u202Eb\u2066c', 'a⟨U+202E⟩b⟨U+2066⟩c'],
    ['shows what has no width', 'np\u200Bm\uFEFF\u00AD', 'np⟨U+200B⟩m⟨U+FEFF⟩⟨U+00AD⟩'],
    ['shows controls', 'ls\r\u001B[2K\u0085', 'ls⟨U+000D⟩⟨U+001B⟩[2K⟨U+0085⟩'],
    ['shows what only looks like a space', 'a\u2028b\u3164', 'a⟨U+2028⟩b⟨U+3164⟩'],
    ['shows characters past the sixteenth bit', '\u{E0041}', '⟨U+E0041⟩'],
  ];
  for (const [title, text, expected] of cases) {
    it(title, () => {
      assert.equal(visibleText(text), expected);
    });
  }
});
