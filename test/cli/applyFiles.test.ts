import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { applyFiles } from '../../src/cli/applyFiles.ts';

describe('the apply service of the command line', () => {
  let folder = '';

  beforeEach(async () => {
    folder = await realpath(await mkdtemp(path.join(tmpdir(), 'muster-apply-')));
    await mkdir(path.join(folder, '.git/hooks'), { recursive: true });
    await mkdir(path.join(folder, '.vscode'));
    await symlink(path.join(folder, '.git/hooks'), path.join(folder, 'hooks'));
    await symlink(path.join(folder, '.vscode'), path.join(folder, 'editor'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function create(name: string): Promise<string> {
    const bytes = Buffer.from('x');
    const write = {
      path: name,
      hunkIds: ['h'],
      expectedSha256: null,
      mode: 0o100644,
      rebased: false,
      newBytesBase64: bytes.toString('base64'),
      newSha256: createHash('sha256').update(bytes).digest('hex'),
    };
    const plan = { runId: 'r', decisionId: 'd', action: 'accept' as const, problems: [] };
    const [outcome] = await applyFiles(folder, { ...plan, writes: [write] });
    return outcome?.type === 'refused' ? outcome.reason : 'written';
  }

  for (const name of [
    '.git/hooks/pre-commit',
    '.env',
    '.vscode/settings.json',
    '.VSCODE/tasks.json',
    'hooks/pre-commit',
    'editor/launch.json',
  ]) {
    it(`refuses ${name} at the last moment, whatever the plan says`, async () => {
      const before = await readdir(folder, { recursive: true });
      assert.match(await create(name), /it is protected/u);
      assert.deepEqual(await readdir(folder, { recursive: true }), before);
    });
  }

  it('writes through a link to a folder that nothing protects', async () => {
    await mkdir(path.join(folder, 'src'));
    await symlink(path.join(folder, 'src'), path.join(folder, 'lib'));
    assert.equal(await create('lib/a.ts'), 'written');
  });
});
