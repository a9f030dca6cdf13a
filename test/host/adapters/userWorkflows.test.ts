import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MAX_SCRIPT_BYTES } from '../../../src/core/limits.ts';
import type { WorkflowFile } from '../../../src/core/ports/userWorkflows.ts';
import {
  createUserWorkflows,
  userWorkflowFolders,
} from '../../../src/host/adapters/userWorkflows.ts';

describe('The user’s own workflows', () => {
  let root = '';
  let home = '';
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'muster-user-'));
    home = path.join(root, 'home');
    await mkdir(path.join(home, '.config/muster/workflows'), { recursive: true });
    await mkdir(path.join(home, '.claude/workflows'), { recursive: true });
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const write = (file: string, text: string): Promise<void> =>
    writeFile(path.join(home, file), text);
  const list = (env: NodeJS.ProcessEnv = {}): Promise<readonly WorkflowFile[]> =>
    createUserWorkflows({ env, platform: 'linux', home }).list();

  it('come from Muster’s folder first, then from that of Claude Code, sorted', async () => {
    await write('.claude/workflows/a.js', 'A');
    await write('.config/muster/workflows/z.mjs', 'Z');
    await write('.config/muster/workflows/b.js', 'B');
    await write('.config/muster/workflows/notes.md', 'no');
    assert.deepEqual(await list(), [
      { type: 'text', path: '~/.config/muster/workflows/b.js', text: 'B' },
      { type: 'text', path: '~/.config/muster/workflows/z.mjs', text: 'Z' },
      { type: 'text', path: '~/.claude/workflows/a.js', text: 'A' },
    ]);
  });

  it('are read anew at each call', async () => {
    const workflows = createUserWorkflows({ env: {}, platform: 'linux', home });
    assert.deepEqual(await workflows.list(), []);
    await write('.claude/workflows/a.js', 'A');
    assert.equal((await workflows.list()).length, 1);
  });

  it('lie where the system keeps such things', () => {
    const folders = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform): readonly string[] =>
      userWorkflowFolders({ env, platform, home: '/h' });
    assert.deepEqual(
      [
        folders({}, 'linux')[0],
        folders({ XDG_CONFIG_HOME: '/x' }, 'darwin')[0],
        folders({ XDG_CONFIG_HOME: 'relative' }, 'linux')[0],
        folders({ APPDATA: '/roaming' }, 'win32')[0],
        folders({}, 'win32')[1],
      ],
      [
        '/h/.config/muster/workflows',
        '/x/muster/workflows',
        '/h/.config/muster/workflows',
        '/roaming/muster/workflows',
        '/h/.claude/workflows',
      ],
    );
  });

  it('are refused where a link leads out of the folder, and followed where it stays', async () => {
    const folder = path.join(home, '.config/muster/workflows');
    await writeFile(path.join(root, 'outside.js'), 'secret');
    await write('.config/muster/workflows/real.js', 'R');
    await symlink(path.join(root, 'outside.js'), path.join(folder, 'out.js'));
    await symlink('real.js', path.join(folder, 'in.js'));
    await symlink('loop.js', path.join(folder, 'loop.js'));
    const found = (await list()).map((file) =>
      file.type === 'text' ? `${file.path} ${file.text}` : file.reason,
    );
    assert.deepEqual(found, [
      '~/.config/muster/workflows/in.js R',
      'it cannot be read (ELOOP)',
      'it is a link that leads out of its folder',
      '~/.config/muster/workflows/real.js R',
    ]);
  });

  it('may lie in a folder that is itself a link', async () => {
    const elsewhere = path.join(root, 'dotfiles');
    await mkdir(elsewhere);
    await writeFile(path.join(elsewhere, 'a.js'), 'A');
    await rm(path.join(home, '.claude/workflows'), { recursive: true });
    await symlink(elsewhere, path.join(home, '.claude/workflows'));
    assert.deepEqual(await list(), [{ type: 'text', path: '~/.claude/workflows/a.js', text: 'A' }]);
  });

  it('are refused when they are too large, or no files', async () => {
    await write('.claude/workflows/big.js', 'x'.repeat(MAX_SCRIPT_BYTES + 1));
    await mkdir(path.join(home, '.claude/workflows/folder.js'));
    const reasons = (await list()).map((file) => (file.type === 'refused' ? file.reason : ''));
    assert.deepEqual(reasons, [`it has more than ${MAX_SCRIPT_BYTES} bytes`, 'it is not a file']);
  });
});
