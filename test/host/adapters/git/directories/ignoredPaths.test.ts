/** What materialised trees have beside the tree itself: dependencies, and what the project includes. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  createGitSnapshotStore,
  type GitSnapshotStore,
} from '../../../../../src/host/adapters/git/createGitSnapshotStore.ts';
import { classifyPath } from '../../../../../src/paths/protectedPaths.ts';

const { signal } = new AbortController();
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('Ignored files of a workspace', function () {
  this.timeout(20_000);
  let base = '';
  let root = '';
  let store: GitSnapshotStore;

  beforeEach(async () => {
    base = await realpath(await mkdtemp(path.join(tmpdir(), 'muster-ignored-')));
    root = path.join(base, 'workspace');
    await mkdir(root);
    store = createGitSnapshotStore({
      workspaceRoot: root,
      stateDirectory: path.join(base, 'state'),
      log,
      isHidden: (file) => classifyPath(file) === 'hidden',
    });
    execFileSync('git', ['init', '-q'], { cwd: root });
    await put('src/a.ts', 'export const a = 1;\n');
    await put('.gitignore', 'ignored.txt\nnode_modules\n');
  });
  afterEach(async () => {
    await store.dispose();
    await rm(base, { recursive: true, force: true });
  });
  async function put(file: string, content: string): Promise<void> {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), content);
  }
  const take = () => store.takeSnapshot({ runId: 'run-1', signal });

  it('brings ignored dependencies in as copies whose links never lead into the workspace', async () => {
    await put('packages/lib/index.js', 'lib');
    await put('node_modules/dep/index.js', 'dep');
    await symlink('../packages/lib', path.join(root, 'node_modules/relative'));
    await symlink(path.join(root, 'packages/lib'), path.join(root, 'node_modules/absolute'));
    const { tree } = await take();
    const inode = await store.withDirectory(tree, async (directory) => {
      const modules = path.join(directory, 'node_modules');
      const lib = path.join(directory, 'packages/lib');
      assert.equal(await realpath(path.join(modules, 'relative')), lib);
      assert.equal(await readlink(path.join(modules, 'absolute')), lib);
      await writeFile(path.join(modules, 'dep/index.js'), 'overwritten');
      return (await stat(path.join(modules, 'dep/index.js'))).ino;
    });
    assert.equal(await readFile(path.join(root, 'node_modules/dep/index.js'), 'utf8'), 'dep');
    await store.withDirectory(tree, async (directory) => {
      const again = await stat(path.join(directory, 'node_modules/dep/index.js'));
      assert.equal(again.ino, inode, 'an unchanged folder is not copied again');
    });
    await put('node_modules/.package-lock.json', '{}');
    await utimes(path.join(root, 'node_modules'), 1, 1);
    await store.withDirectory(tree, async (directory) => {
      const text = await readFile(path.join(directory, 'node_modules/dep/index.js'), 'utf8');
      assert.equal(text, 'dep');
    });
    await rm(path.join(root, 'node_modules'), { recursive: true });
    await store.withDirectory(tree, async (directory) => {
      assert.ok(!(await readdir(directory)).includes('node_modules'));
    });
  });

  it('brings the dependencies of packages below the root, and none of a package that is gone', async () => {
    await put('packages/[a]/package.json', '{}');
    await put('packages/b/package.json', '{}');
    await put('packages/[a]/node_modules/dep/index.js', 'dep of a');
    await put('packages/b/node_modules/dep/index.js', 'dep of b');
    const { tree } = await take();
    const dep = 'packages/[a]/node_modules/dep/index.js';
    await store.withDirectory(tree, async (directory) => {
      assert.equal(await readFile(path.join(directory, dep), 'utf8'), 'dep of a');
      assert.ok(existsSync(path.join(directory, 'packages/b/node_modules/dep')));
    });
    const without = await store.writeTree(tree, new Map([['packages/b/package.json', null]]));
    await rm(path.join(root, 'packages/b'), { recursive: true });
    await store.withDirectory(without, async (directory) => {
      assert.equal(await readFile(path.join(directory, dep), 'utf8'), 'dep of a');
      assert.equal(existsSync(path.join(directory, 'packages/b')), false);
    });
  });

  it('brings the ignored files that .worktreeinclude names, and never protected ones or links', async () => {
    await put('.gitignore', 'ignored.txt\nlocal\n.env\nnode_modules\n');
    await put('.worktreeinclude', '# for tests\nlocal/**\n!local/big.txt\nignored.txt\n.env\n');
    await put('ignored.txt', 'wanted');
    await put('.env', 'SECRET=1');
    await put('local/deep/data.json', '{}');
    await put('local/big.txt', 'not wanted');
    await symlink('/etc/passwd', path.join(root, 'local/link'));
    const { tree } = await take();
    const found = async (proposed: string): Promise<readonly string[]> =>
      store.withDirectory(proposed, async (directory) => {
        const names = await listAll(directory);
        return names.filter((name) => /local|ignored\.txt|\.env/u.test(name)).sort();
      });
    const expected = ['ignored.txt', 'local/deep/data.json'];
    assert.deepEqual(await found(tree), expected);
    assert.deepEqual(await found(tree), expected, 'and not twice');
    // What an agent writes into the file counts for nobody: it would widen what commands can read.
    const bytes = Buffer.from('local/big.txt\n');
    const changes = new Map([['.worktreeinclude', { bytes, mode: 0o100644 }]]);
    assert.deepEqual(await found(await store.writeTree(tree, changes)), expected);
  });
});

async function listAll(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)));
}
