/** Directories of agents that run commands: real git, real files. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
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
import { MAX_KEPT_DIRECTORIES } from '../../../../../src/host/adapters/git/directories/directoryPool.ts';
import type { WorkDirectory } from '../../../../../src/core/ports/fileView.ts';
import { classifyPath } from '../../../../../src/paths/protectedPaths.ts';

const { signal } = new AbortController();
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('A directory for the commands of an agent', function () {
  this.timeout(20_000);
  let base = '';
  let root = '';
  let store: GitSnapshotStore;
  let tree = '';
  let directory: WorkDirectory;

  const put = async (folder: string, file: string, text: string | Uint8Array): Promise<void> => {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  };
  const inside = (file: string): string => path.join(directory.path, file);
  const seen = async (): Promise<readonly string[]> =>
    (await directory.changes()).map((change) => {
      if (change.type === 'leftOut') return `${change.path}: ${change.reason}`;
      const { path: file, content } = change;
      if (content === null) return `${file} gone`;
      return `${file} ${content.mode.toString(8)} ${Buffer.from(content.bytes).toString('latin1')}`;
    });

  beforeEach(async () => {
    base = await realpath(await mkdtemp(path.join(tmpdir(), 'muster-work-')));
    root = path.join(base, 'workspace');
    await mkdir(root);
    execFileSync('git', ['init', '-q'], { cwd: root });
    await put(root, '.git/info/exclude', 'private.txt\n');
    await put(root, '.gitignore', 'dist\n');
    await put(root, 'src/a.ts', 'a\r\n');
    await put(root, 'src/config', 'mine\n');
    await put(root, 'b.ts', 'b\n');
    store = createGitSnapshotStore({
      workspaceRoot: root,
      stateDirectory: path.join(base, 'state'),
      log,
      isHidden: (file) => classifyPath(file) === 'hidden',
    });
    ({ tree } = await store.takeSnapshot({ runId: 'run-1', signal }));
    directory = await store.openDirectory({ use: 'command', signal });
    await directory.show(tree);
  });
  afterEach(async () => {
    directory.release();
    await store.dispose();
    await rm(base, { recursive: true, force: true });
  });

  it('has no changes where nothing happened, or where a file was only touched', async () => {
    assert.deepEqual(await seen(), []);
    await writeFile(inside('b.ts'), 'b\n');
    assert.deepEqual(await seen(), []);
  });

  it('tells what was changed, created and deleted, to the byte', async () => {
    await writeFile(inside('src/a.ts'), Buffer.from([0xff, 0, 13, 10]));
    await put(directory.path, 'new/ü.ts', 'new');
    await put(directory.path, 'run.sh', '#!/bin/sh\n');
    await chmod(inside('run.sh'), 0o755);
    await rm(inside('b.ts'));
    assert.deepEqual(await seen(), [
      'b.ts gone',
      'new/ü.ts 100644 new',
      'run.sh 100755 #!/bin/sh\n',
      'src/a.ts 100644 \xff\x00\r\n',
    ]);
  });

  it('tells nothing of what is ignored, in the tree or by the user alone, or protected', async () => {
    await put(directory.path, 'dist/out.js', 'x');
    await put(directory.path, 'private.txt', 'x');
    await put(directory.path, '.env', 'KEY=1');
    await put(directory.path, 'id_rsa', 'x');
    assert.deepEqual(await seen(), []);
  });

  it('leaves links, repositories and large files out, and says why', async () => {
    await symlink('/etc/passwd', inside('link'));
    execFileSync('git', ['init', '-q', inside('nested')]);
    await put(directory.path, 'nested/x', 'x');
    await writeFile(inside('big.bin'), Buffer.alloc(6 * 1024 * 1024));
    assert.deepEqual(await seen(), [
      'big.bin: larger than 5 MiB',
      'link: a symbolic link',
      'nested/: a repository inside the repository',
    ]);
  });

  it('leaves out files whose names are no text', async () => {
    await writeFile(Buffer.concat([Buffer.from(inside('bad')), Buffer.from([0xff])]), 'x');
    assert.deepEqual(await seen(), ['bad\ufffd: its name is not valid text']);
  });

  it('reads nothing through a folder that was made a link', async () => {
    const elsewhere = path.join(base, 'home');
    await put(elsewhere, 'config', 'secret of the user');
    await rename(inside('src'), inside('moved'));
    await symlink(elsewhere, inside('src'));
    const changes = await seen();
    assert.ok(!JSON.stringify(changes).includes('secret of the user'), JSON.stringify(changes));
    assert.ok(changes.includes('src: a symbolic link'));
  });

  it('keeps what is ignored from one tree to the next, and nothing else', async () => {
    await put(directory.path, 'dist/out.js', 'built');
    await put(directory.path, 'left.txt', 'by a command');
    await writeFile(inside('b.ts'), 'changed');
    const next = await store.writeTree(
      tree,
      new Map([['src/a.ts', { bytes: Buffer.from('agent'), mode: 0o100644 }]]),
    );
    await directory.show(next);
    assert.equal(await readFile(inside('dist/out.js'), 'utf8'), 'built');
    assert.equal(await readFile(inside('b.ts'), 'utf8'), 'b\n');
    assert.equal(await readFile(inside('src/a.ts'), 'utf8'), 'agent');
    assert.equal(existsSync(inside('left.txt')), false);
    assert.deepEqual(await seen(), []);
  });

  it('is clean for the next agent', async () => {
    await put(directory.path, 'dist/out.js', 'built');
    const before = directory.path;
    directory.release();
    directory = await store.openDirectory({ use: 'command', signal });
    await directory.show(tree);
    assert.equal(directory.path, before);
    assert.equal(existsSync(inside('dist/out.js')), false);
  });

  it('is clean for the next agent of repositories, whose settings would run in its commands', async () => {
    await mkdir(path.join(base, 'elsewhere', '.git'), { recursive: true });
    for (const folder of ['.git', 'src/.git', 'new/.git'])
      await put(directory.path, `${folder}/config`, '[core]\nfsmonitor = "touch ran"\n');
    await next();
    for (const folder of ['.git', 'src/.git', 'new'])
      assert.ok(!existsSync(inside(folder)), folder);
    await rename(inside('src'), inside('moved'));
    await symlink(path.join(base, 'elsewhere'), inside('src'));
    await next();
    assert.ok(
      existsSync(path.join(base, 'elsewhere', '.git')),
      'nothing is removed through a link',
    );
  });

  it('is clean for the next agent of pipes, which its commands would wait at', async () => {
    await rm(inside('b.ts'));
    execFileSync('mkfifo', ['b.ts', 'pipe', 'src/pipe'].map(inside));
    await mkdir(inside('new'));
    execFileSync('mkfifo', [inside('new/pipe')]);
    await next();
    assert.equal(await readFile(inside('b.ts'), 'utf8'), 'b\n');
    for (const name of ['pipe', 'src/pipe', 'new']) assert.ok(!existsSync(inside(name)), name);
  });

  it('is clean for the next agent of folders that are deep or locked', async () => {
    const deepen = `for (let i = 0; i < 1000; i += 1) { require('fs').mkdirSync('deep'); process.chdir('deep'); }`;
    const home = `${directory.path}.home`;
    for (const cwd of [directory.path, home])
      execFileSync(process.execPath, ['-e', deepen], { cwd });
    await put(directory.path, 'locked/x', 'x');
    await put(home, 'locked/x', 'x');
    for (const folder of [inside('locked'), path.join(home, 'locked')]) await chmod(folder, 0o000);
    await next();
    assert.deepEqual((await readdir(directory.path)).sort(), ['.gitignore', 'b.ts', 'src']);
    assert.deepEqual(await readdir(home), ['tmp']);
  });

  it('starts the directory of one agent afresh where it cannot be cleaned', async () => {
    directory.release();
    directory = await store.openDirectory({ use: 'agent', signal });
    await directory.show(tree);
    const deepen = `for (let i = 0; i < 1000; i += 1) { require('fs').mkdirSync('deep'); process.chdir('deep'); }`;
    execFileSync(process.execPath, ['-e', deepen], { cwd: directory.path });
    await directory.show(tree);
    assert.deepEqual((await readdir(directory.path)).sort(), ['.gitignore', 'b.ts', 'src']);
  });

  /** Gives the directory back and takes it for another agent. */
  async function next(): Promise<void> {
    directory.release();
    directory = await store.openDirectory({ use: 'command', signal });
    await directory.show(tree);
  }

  it('can be kept by few, so that commands of others always find one', async () => {
    const kept = await Promise.all(
      Array.from({ length: MAX_KEPT_DIRECTORIES }, () =>
        store.openDirectory({ use: 'agent', signal }),
      ),
    );
    const stop = new AbortController();
    const waiting = store.openDirectory({ use: 'agent', signal: stop.signal });
    const other = await store.openDirectory({ use: 'command', signal });
    other.release();
    stop.abort(new Error('no more'));
    await assert.rejects(waiting, { message: 'no more' });
    for (const one of kept) one.release();
  });
});
