import assert from 'node:assert/strict';
import MarkdownIt from 'markdown-it';
import { code, plain, quote } from '../../../../src/core/evidence/runReport/markdown.ts';

/** As previews render it, with the links that they make by themselves. */
const preview = new MarkdownIt({ html: true, linkify: true });

const attacks = [
  '![x](https://evil.invalid/a.png?leak)',
  '![x][ref]',
  '<img src=https://evil.invalid/b.png>',
  '<https://evil.invalid>',
  '[run](command:x)',
  '[file](file:///etc/passwd)',
  'https://evil.invalid/?leak',
  'HTTPS://EVIL.invalid/?leak',
  '<script>alert(1)</script>',
  '&lt;b&gt; <b>bold</b>',
  '\\![x](https://evil.invalid/a.png)',
  '\\\\![x](https://evil.invalid/a.png)',
  '`![x](https://evil.invalid)` ![y](https://evil.invalid/c.png)',
  '[ref]: https://evil.invalid "title"',
];

describe('Text of scripts and models in a report', () => {
  for (const text of attacks) {
    it(`is inert: ${text}`, () => {
      for (const written of [plain(text), quote(text), code(text)]) {
        const html = preview.render(`- ${written}\n\n> ${written}\n\n[ref]\n`);
        assert.doesNotMatch(html, /<(?:img|a|script|b|iframe)\b/iu, html);
      }
    });
  }

  it('is still there to be read', () => {
    const html = preview.renderInline(plain('a [b](https://c.invalid/d) <e> *f*'));
    assert.equal(html, 'a [b](https://c.invalid/d) &lt;e&gt; *f*');
  });
});
