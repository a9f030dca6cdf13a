/** A setup command's part in the directories of commands: real git, real files. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  createGitSnapshotStore,
  type GitSnapshotStore,
} from '../../../../../src/host/adapters/git/createGitSnapshotStore.ts';
import type { DirectorySetup, FileChange } from '../../../../../src/core/ports/fileView.ts';

const { signal } = new AbortController();
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('A setup command', function () {
  this.timeout(20_000);
  let base = '';
  let root = '';
  let store: GitSnapshotStore;
  let tree = '';
  /** What the setup found in its directory, each time that it ran. */
  let found: string[];

  const put = async (folder: string, file: string, text: string): Promise<void> => {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  };
  const file = (text: string): FileChange => ({ bytes: Buffer.from(text), mode: 0o100644 });
  const proposed = (changes: Readonly<Record<string, FileChange>>): Promise<string> =>
    store.writeTree(tree, new Map(Object.entries(changes)));
  const openStore = (): GitSnapshotStore =>
    createGitSnapshotStore({
      workspaceRoot: root,
      stateDirectory: path.join(base, 'state'),
      log,
      isHidden: () => false,
    });

  /** Builds what it finds in a.txt, and leaves something that git does not ignore. */
  const build: DirectorySetup = {
    key: 'build',
    run: async (directory) => {
      const text = await readFile(path.join(directory, 'a.txt'), 'utf8');
      found.push(text);
      await put(directory, 'dist/deep/a.js', `built of ${text}`);
      await put(directory, 'private.txt', 'ignored by the workspace alone');
      await put(directory, 'stray.txt', 'not ignored');
      await put(directory, 'a.txt', 'changed by the setup');
      await symlink('/etc/passwd', path.join(directory, 'dist', 'link'));
    },
  };
  const show = (
    at: string,
    setup: DirectorySetup | undefined,
    task: (directory: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<readonly string[]> =>
    store.withDirectory(
      at,
      async (directory) => {
        await task(directory);
        const names = await readdir(directory, { recursive: true });
        // Folders themselves, and the places of caches in the dependencies.
        const isShown = (name: string): boolean =>
          !/^(?:node_modules|dist|dist.deep|node_modules.\..*)$/u.test(name);
        return names.filter(isShown).sort();
      },
      setup,
    );

  beforeEach(async () => {
    base = await realpath(await mkdtemp(path.join(tmpdir(), 'muster-setup-')));
    root = path.join(base, 'workspace');
    await mkdir(root);
    execFileSync('git', ['init', '-q'], { cwd: root });
    await put(root, '.git/info/exclude', 'private.txt\n');
    await put(root, '.gitignore', 'dist\nnode_modules\n');
    await put(root, 'a.txt', 'mine');
    await put(root, 'node_modules/dependency/index.js', 'dependency');
    found = [];
    store = openStore();
    ({ tree } = await store.takeSnapshot({ runId: 'run-1', signal }));
  });
  afterEach(async () => {
    await store.dispose();
    await rm(base, { recursive: true, force: true });
  });

  const prepared = [
    '.gitignore',
    'a.txt',
    path.join('dist', 'deep', 'a.js'),
    path.join('node_modules', 'dependency'),
    path.join('node_modules', 'dependency', 'index.js'),
    'private.txt',
  ];

  it('runs once, on the files as they were, and every tree starts with what git ignores of its files', async () => {
    const changed = await proposed({ 'a.txt': file('of an agent') });
    assert.deepEqual(await show(changed, build), prepared);
    assert.deepEqual(found, ['mine']);
    assert.deepEqual(
      await show(tree, build, async (directory) => {
        assert.equal(await readFile(path.join(directory, 'a.txt'), 'utf8'), 'mine');
        const built = await readFile(path.join(directory, 'dist/deep/a.js'), 'utf8');
        assert.equal(built, 'built of mine');
      }),
      prepared,
    );
    assert.deepEqual(found, ['mine'], 'it does not run again');
    assert.equal(existsSync(path.join(root, 'dist')), false);
  });

  it('leaves nothing behind for those that have none, and none of its files counts as an edit', async () => {
    const directory = await store.openDirectory({ use: 'agent', signal, setup: build });
    await directory.show(tree);
    assert.deepEqual(await directory.changes(), []);
    directory.release();
    assert.deepEqual(
      await show(tree, undefined),
      prepared.filter((name) => !/^(?:dist|private)/u.test(name)),
    );
  });

  it('has made what no command can change for the next one', async () => {
    await show(tree, build, (directory) => put(directory, 'dist/deep/a.js', 'poisoned'));
    await show(tree, build, async (directory) => {
      const built = await readFile(path.join(directory, 'dist/deep/a.js'), 'utf8');
      assert.equal(built, 'built of mine');
    });
  });

  it('runs again for another key, after it failed, and in another process only where it has to', async () => {
    const fails: DirectorySetup = {
      key: 'other',
      run: () => Promise.reject(new Error('no compiler')),
    };
    await show(tree, build);
    await assert.rejects(show(tree, fails), { message: 'no compiler' });
    await show(tree, { ...build, key: 'other' });
    assert.deepEqual(found, ['mine', 'mine']);
    await store.dispose();
    store = openStore();
    assert.deepEqual(await show(tree, { ...build, key: 'other' }), prepared);
    assert.deepEqual(found, ['mine', 'mine']);
  });

  it('runs again where its stamp or its files are torn', async () => {
    await show(tree, build);
    const stamp = path.join(base, 'state', 'trees', '1.setup.json');
    await writeFile(stamp, '{"key":"build","fi');
    assert.deepEqual(await show(tree, build), prepared);
    assert.deepEqual(found, ['mine', 'mine']);
  });

  it('never writes through a link that a tree has in the place of a folder', async () => {
    const outside = path.join(base, 'outside');
    await mkdir(outside);
    const link = { bytes: Buffer.from(outside), mode: 0o120000 };
    await show(await proposed({ dist: link }), build);
    assert.deepEqual(await readdir(outside), []);
    const names = await show(await proposed({ dist: file('a file') }), build);
    assert.deepEqual(names.includes('private.txt'), true, 'the others are there');
  });

  it('is refused when it makes too much', async () => {
    const tooMuch: DirectorySetup = {
      key: 'much',
      run: async (directory) => {
        await mkdir(path.join(directory, 'dist'));
        execFileSync('truncate', ['-s', '2G', path.join(directory, 'dist', 'image')]);
      },
    };
    await assert.rejects(
      show(tree, tooMuch),
      /created 1 file, 2048 MiB together; at most 20000 files and 1024 MiB/u,
    );
  });
});
