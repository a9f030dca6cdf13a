import assert from 'node:assert/strict';
import { lastLinesOf } from '../../../src/protocol/view/lastLines.ts';

describe('The last lines of a command', () => {
  it('are those at the end that say something, without colours', () => {
    const output = `${'early\n'.repeat(50)}\u001B[31mred\u001B[0m\r\n\n  \n\tindented\n`;
    const lines = lastLinesOf(output);
    assert.deepEqual([lines.length, ...lines.slice(-2)], [12, 'red', '  indented']);
  });

  it('can neither hide nor act', () => {
    const [line = ''] = lastLinesOf('a\u0007b\u001B[2Jc\u202Ed\u200Be');
    assert.equal(line, 'a⟨U+0007⟩bc⟨U+202E⟩d⟨U+200B⟩e');
  });

  it('are none where nothing was printed, and short where a line is very long', () => {
    assert.deepEqual(lastLinesOf('\n \n'), []);
    assert.equal(lastLinesOf('x'.repeat(8000))[0]?.length, 201);
  });
});
