import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { unifiedHunks } from '../../../../src/core/changes/text/unifiedHunks.ts';
import { numbered } from '../changesSupport.ts';
import { mergeCaseOf } from './mergeCases.ts';

const run = promisify(execFile);

describe('unifiedHunks', () => {
  it('are written as git writes them', () => {
    const lines = numbered(20);
    const after = lines.with(4, 'five\n').with(10, 'eleven\n').join('');
    assert.equal(
      unifiedHunks(lines.join(''), after),
      [
        '@@ -2,13 +2,13 @@',
        ' line 2',
        ' line 3',
        ' line 4',
        '-line 5',
        '+five',
        ' line 6',
        ' line 7',
        ' line 8',
        ' line 9',
        ' line 10',
        '-line 11',
        '+eleven',
        ' line 12',
        ' line 13',
        ' line 14',
        '',
      ].join('\n'),
    );
    assert.equal(unifiedHunks('a\n', 'a\n'), '');
    assert.equal(unifiedHunks('', 'a\n'), '@@ -0,0 +1 @@\n+a\n');
    assert.equal(unifiedHunks('a\n', ''), '@@ -1 +0,0 @@\n-a\n');
    const end = '\\ No newline at end of file\n';
    assert.equal(unifiedHunks('a', 'a\n'), `@@ -1 +1 @@\n-a\n${end}+a\n`);
  });

  it('give the new text when git applies them, whatever the line ends are', async function () {
    this.timeout(20_000);
    const folder = await mkdtemp(path.join(tmpdir(), 'unified-'));
    try {
      const patches: string[] = [];
      const expected = new Map<string, string>();
      for (let index = 0; index < 300; index += 1) {
        const { base, ours } = mergeCaseOf(7, index);
        if (base === ours || base === '' || ours === '') continue;
        const name = `f${index}`;
        await writeFile(path.join(folder, name), base, 'latin1');
        expected.set(name, ours);
        const head = `diff --git a/${name} b/${name}\n--- a/${name}\n+++ b/${name}\n`;
        patches.push(head + unifiedHunks(base, ours));
      }
      await writeFile(path.join(folder, 'all.patch'), patches.join(''), 'latin1');
      await run('git', ['apply', '--whitespace=nowarn', 'all.patch'], {
        cwd: folder,
        env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
      });
      assert.ok(expected.size > 150);
      for (const [name, text] of expected)
        assert.equal(await readFile(path.join(folder, name), 'latin1'), text, name);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('cost little for 50,000 lines with 15,000 edits', function () {
    this.timeout(5000);
    const oldLines = numbered(50_000);
    const newLines = oldLines.map((line, index) => (index % 3 === 0 ? `new ${index}\n` : line));
    const text = unifiedHunks(oldLines.join(''), newLines.join(''));
    assert.equal(text.match(/^@@/gmu)?.length, 1);
    assert.equal(text.match(/^\+/gmu)?.length, 16_667);
  });
});
