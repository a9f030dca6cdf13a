import assert from 'node:assert/strict';
import {
  decodeFile,
  encodeText,
  fromAgentText,
  toAgentText,
  type TextFile,
} from '../../../../src/core/changes/text/textFile.ts';
import { fc } from '../../../support/fastCheck.ts';

function decodeText(bytes: Uint8Array): TextFile {
  const decoded = decodeFile(bytes);
  assert.equal(decoded.type, 'text');
  return decoded;
}

/** Bytes, as text of one character per byte, that an agent's edit of what it is shown gives. */
function edit(base: string, change: (shown: string) => string): string {
  const decoded = decodeText(new Uint8Array(Buffer.from(base, 'latin1')));
  const result = fromAgentText(decoded, change(toAgentText(decoded)));
  assert.equal(result.type, 'encoded');
  return Buffer.from(result.bytes).toString('latin1');
}

describe('decodeFile and encodeText', () => {
  it('give back the same bytes, whatever they are', () => {
    const anyBytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: 'binary' }).map((text) => new Uint8Array(Buffer.from(text))),
      fc.string({ unit: 'grapheme' }).map((text) => new Uint8Array(Buffer.from(`\ufeff${text}`))),
    );
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const decoded = decodeFile(bytes);
        if (decoded.type === 'binary') return;
        assert.deepEqual(encodeText(decoded), { type: 'encoded', bytes: new Uint8Array(bytes) });
      }),
      { numRuns: 500 },
    );
  });

  const cases: readonly (readonly [string, Buffer, object])[] = [
    ['plain', Buffer.from('a\n'), { type: 'text', text: 'a\n', encoding: 'utf8', bom: false }],
    ['empty', Buffer.from(''), { type: 'text', text: '', encoding: 'utf8', bom: false }],
    ['UTF-8', Buffer.from('é→\n'), { type: 'text', text: 'é→\n', encoding: 'utf8', bom: false }],
    ['BOM', Buffer.from('\ufeffa'), { type: 'text', text: 'a', encoding: 'utf8', bom: true }],
    [
      'one byte',
      Buffer.from([0xe9, 10]),
      { type: 'text', text: 'é\n', encoding: 'latin1', bom: false },
    ],
    ['NUL', Buffer.from('a\0b'), { type: 'binary' }],
    ['UTF-16', Buffer.from([0xff, 0xfe, 0x41, 0x42]), { type: 'binary' }],
  ];
  for (const [name, bytes, expected] of cases)
    it(`decodes: ${name}`, () => assert.deepEqual(decodeFile(bytes), expected));

  it('looks for NUL in the first 8 KB only, like git', () => {
    assert.equal(decodeFile(Buffer.from(`${'a'.repeat(8191)}\0`)).type, 'binary');
    assert.equal(decodeFile(Buffer.from(`${'a'.repeat(8192)}\0`)).type, 'text');
  });

  it('refuses a character that the encoding lacks, and names its line', () => {
    const base = decodeText(new Uint8Array([0xe9, 10]));
    const result = fromAgentText(base, 'é\n“ok\n');
    assert.equal(result.type, 'refused');
    assert.deepEqual(
      { character: result.character, line: result.line },
      { character: '“', line: 2 },
    );
    assert.match(result.reason, /U\+201C/u);
  });

  it('refuses half a character and NUL', () => {
    assert.equal(fromAgentText(null, 'a\ud800').type, 'refused');
    assert.equal(fromAgentText(null, 'a\nb\0').type, 'refused');
  });
});

describe('fromAgentText', () => {
  const replace = (from: string, to: string) => (shown: string) => shown.replace(from, to);
  const cases: readonly (readonly [string, string, (shown: string) => string, string])[] = [
    ['keeps CRLF', 'a\r\nb\r\nc\r\n', replace('b', 'B\nB2'), 'a\r\nB\r\nB2\r\nc\r\n'],
    ['keeps mixed ends', 'a\r\nb\nc\r\nd\n', replace('c', 'C'), 'a\r\nb\nC\r\nd\n'],
    ['keeps the end of a replaced line', 'a\r\nb\nc\r\n', replace('b', 'B'), 'a\r\nB\nc\r\n'],
    ['keeps a BOM', '\xef\xbb\xbfa\nb\n', replace('a', 'A'), '\xef\xbb\xbfA\nb\n'],
    ['keeps one-byte text', 'caf\xe9\nx\n', replace('x', 'y'), 'caf\xe9\ny\n'],
    ['keeps a missing final end', 'a\r\nb', replace('a', 'A'), 'A\r\nb'],
    ['ignores a final end it did not mean', 'a\nb\nc', () => 'A\nb\nc\n', 'A\nb\nc'],
    ['ignores a final end it forgot', 'a\r\nb\r\nc\r\n', () => 'A\nb\nc', 'A\r\nb\r\nc\r\n'],
    ['takes a final end with a changed last line', 'a\r\nb', () => 'a\nB\n', 'a\r\nB\r\n'],
    ['takes a final end that is the only change', 'a\r\nb', () => 'a\nb\n', 'a\r\nb\r\n'],
    ['ends the old last line when lines follow', 'a\r\nb', () => 'a\nb\nc', 'a\r\nb\r\nc'],
    ['folds guessed CRLF', 'a\nb\n', () => 'a\r\nB\r\n', 'a\nB\n'],
    ['keeps a lone CR', 'a\rb\nc\n', replace('c', 'C'), 'a\rb\nC\n'],
    ['keeps CR CR LF', 'a\r\r\nb\r\n', replace('b', 'B'), 'a\r\r\nB\r\n'],
    ['may empty a file', 'a\r\n', () => '', ''],
    ['may fill an empty file', '', () => 'a\nb\n', 'a\nb\n'],
  ];
  for (const [name, base, change, expected] of cases)
    it(name, () => assert.equal(edit(base, change), expected));

  it('gives the same bytes for the text as shown', () => {
    const piece = fc.constantFrom('a', 'b', '\r', '\n', '\r\n', 'é', '');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const base = Buffer.from(pieces.join('')).toString('latin1');
        assert.equal(
          edit(base, (shown) => shown),
          base,
        );
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the bytes of all lines around one changed line', () => {
    const end = fc.constantFrom('\n', '\r\n');
    fc.assert(
      fc.property(fc.array(end, { minLength: 3, maxLength: 12 }), fc.nat(11), (ends, at) => {
        const lines = ends.map((lineEnd, index) => `line ${index}${lineEnd}`);
        const index = at % lines.length;
        const expected = lines.with(index, (lines[index] ?? '').replace('line', 'new'));
        const result = edit(lines.join(''), (shown) =>
          shown.replace(`line ${index}\n`, `new ${index}\n`),
        );
        assert.equal(result, expected.join(''));
      }),
    );
  });
});
