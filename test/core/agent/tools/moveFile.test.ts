import assert from 'node:assert/strict';
import { AgentBench } from '../agentBench.ts';

const files = {
  'src/a.ts': 'one\n',
  'logo.png': '\u0000\u0001',
  '.env': 'KEY=1',
  '.vscode/settings.json': '{}',
};

describe('move_file', () => {
  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    ['moves a file', 'src/a.ts', 'lib/b.ts', /^ok: Moved src\/a\.ts to lib\/b\.ts\.$/u],
    ['moves a binary file', 'logo.png', 'img/logo.png', /^ok: Moved/u],
    ['makes a folder of a file', 'src/a.ts', 'src/a.ts/b', /^ok: Moved/u],
    ['refuses what is not there', 'gone', 'x', /^error: Cannot move gone: there is no such file/u],
    ['refuses to replace a file', 'src/a.ts', 'logo.png', /^error: .*that file exists/u],
    ['refuses a file onto itself', 'src/a.ts', './src/a.ts', /^error: .*that file exists/u],
    ['refuses a protected file', '.env', 'env.txt', /^error: .*protected/u],
    ['refuses a protected target', 'src/a.ts', '.git/hooks/pre-commit', /^error: .*protected/u],
    ['refuses what may only be read', '.vscode/settings.json', 'x', /^error: .*not changed/u],
    ['refuses a way out', 'src/a.ts', '../a.ts', /^error: Cannot use the path/u],
    ['refuses a way in', '../../etc/passwd', 'a.txt', /^error: Cannot use the path/u],
  ];
  for (const [title, from, to, expected] of cases) {
    it(title, async () => {
      const bench = new AgentBench(files);
      const { outcome, text } = await bench.use('move_file', { from, to });
      assert.match(`${outcome}: ${text}`, expected);
      if (outcome === 'error') assert.deepEqual(bench.changes(), {});
    });
  }

  it('refuses a call without a target', async () => {
    const { text } = await new AgentBench(files).use('move_file', { from: 'src/a.ts' });
    assert.match(text, /move_file: .*to/su);
  });

  it('keeps bytes and mode', async () => {
    const bench = new AgentBench(files);
    const content = (await bench.overlay.base.read('logo.png')) ?? assert.fail();
    await bench.use('move_file', { from: 'logo.png', to: 'img/logo.png' });
    assert.deepEqual(
      [...bench.overlay.changes()],
      [
        ['logo.png', null],
        ['img/logo.png', content],
      ],
    );
  });
});
