import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { realpath, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createDeferred } from '../../../../src/base/deferred.ts';
import type { Snapshot } from '../../../../src/core/ports/fileView.ts';
import { createGitSnapshotStore } from '../../../../src/host/adapters/git/createGitSnapshotStore.ts';
import type { GitSnapshotStore } from '../../../../src/host/adapters/git/createGitSnapshotStore.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const noSignal = new AbortController().signal;

describe('GitSnapshotStore', function () {
  this.timeout(20_000);
  let base = '';
  let root = '';
  let store: GitSnapshotStore;

  beforeEach(async () => {
    base = await realpath(await mkdtemp(path.join(tmpdir(), 'muster-git-')));
    root = path.join(base, 'workspace');
    await mkdir(root);
    store = openStore();
  });
  afterEach(async () => {
    await store.dispose();
    await rm(base, { recursive: true, force: true });
  });

  function openStore(): GitSnapshotStore {
    return createGitSnapshotStore({
      workspaceRoot: root,
      stateDirectory: path.join(base, 'state'),
      log: silent,
      isHidden: (file) => /(^|\/)\.env$|(^|\/)\.git(\/|$)/u.test(file),
    });
  }
  function git(...arguments_: string[]): string {
    const identity = ['-c', 'user.name=T', '-c', 'user.email=t@example.invalid'];
    const protocol = ['-c', 'protocol.file.allow=always'];
    return execFileSync('git', [...identity, ...protocol, ...arguments_], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  }
  async function put(file: string, content: string | Uint8Array): Promise<void> {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), content);
  }
  const take = (runId = 'run-1') => store.takeSnapshot({ runId, signal: noSignal });
  const paths = (snapshot: Snapshot) => snapshot.entries.map((entry) => entry.path);
  async function contents(snapshot: Snapshot): Promise<Record<string, string>> {
    const texts = snapshot.entries.map(async ({ path: file, blob }) => {
      return [file, Buffer.from(await store.readBlob(blob)).toString('latin1')] as const;
    });
    return Object.fromEntries(await Promise.all(texts));
  }
  async function commitSome(): Promise<void> {
    git('init', '-q');
    await put('src/a.ts', 'export const a = 1;\r\n');
    await put('.gitignore', 'ignored.txt\nnode_modules\n');
    git('add', '.');
    git('commit', '-qm', 'first');
  }

  it('holds tracked and untracked files, their modes and links, and nothing ignored or hidden', async () => {
    await commitSome();
    await put('ignored.txt', 'no');
    await put('.env', 'SECRET=1');
    await put('new file ü.txt', 'untracked');
    await put('run.sh', '#!/bin/sh\n');
    await chmod(path.join(root, 'run.sh'), 0o755);
    await symlink('src/a.ts', path.join(root, 'link'));
    const snapshot = await take();
    assert.deepEqual(
      snapshot.entries.map((entry) => [entry.path, entry.mode.toString(8)]),
      [
        ['.gitignore', '100644'],
        ['link', '120000'],
        ['new file ü.txt', '100644'],
        ['run.sh', '100755'],
        ['src/a.ts', '100644'],
      ],
    );
    assert.equal((await contents(snapshot))['link'], 'src/a.ts');
    assert.deepEqual(await store.openSnapshot(snapshot.tree), snapshot);
  });

  it('leaves the repository of the user byte-identical, times included', async () => {
    await commitSome();
    await put('src/a.ts', 'changed');
    await put('b.txt', 'untracked');
    const before = await picture(root);
    const { tree } = await take();
    await store.withDirectory(tree, () => Promise.resolve());
    await store.writeTree(tree, new Map([['x', { bytes: Buffer.from('1'), mode: 0o100644 }]]));
    assert.deepEqual(await picture(root), before);
  });

  it('keeps every byte whatever attributes and configuration say', async () => {
    git('init', '-q');
    git('config', 'core.autocrlf', 'true');
    await put(
      '.gitattributes',
      '* text=auto eol=crlf\n*.id ident\n*.utf working-tree-encoding=UTF-16\n',
    );
    const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x61, 13, 10, 98, 10, 0xff, 0, 1]);
    await put('mixed.txt', bytes);
    await put('x.id', '$Id: keep $\n');
    await put('x.utf', 'plain\n');
    const snapshot = await take();
    const stored = await contents(snapshot);
    assert.equal(stored['mixed.txt'], bytes.toString('latin1'));
    assert.equal(stored['x.id'], '$Id: keep $\n');
    await store.withDirectory(snapshot.tree, async (directory) => {
      assert.deepEqual(await readFile(path.join(directory, 'mixed.txt')), bytes);
      assert.equal(await readFile(path.join(directory, 'x.utf'), 'utf8'), 'plain\n');
    });
  });

  it('still has every content after the user’s objects are gone', async () => {
    await commitSome();
    git('gc', '-q');
    const snapshot = await take();
    await rename(path.join(root, '.git', 'objects'), path.join(base, 'objects'));
    assert.deepEqual(await contents(snapshot), {
      '.gitignore': 'ignored.txt\nnode_modules\n',
      'src/a.ts': 'export const a = 1;\r\n',
    });
  });

  it('sees edits of equal size within one second, deletions, and files that became folders', async () => {
    await commitSome();
    await put('b', 'file');
    const first = await take('run-1');
    await put('src/a.ts', 'export const a = 2;\r\n');
    const second = await take('run-2');
    assert.equal((await contents(second))['src/a.ts'], 'export const a = 2;\r\n');
    await unlink(path.join(root, 'b'));
    await put('b/inside', 'x');
    await unlink(path.join(root, 'src/a.ts'));
    assert.deepEqual(paths(await take('run-3')), ['.gitignore', 'b/inside']);
    assert.deepEqual(paths(first), ['.gitignore', 'b', 'src/a.ts']);
    assert.equal((await contents(first))['src/a.ts'], 'export const a = 1;\r\n');
  });

  it('holds each snapshot by a ref of its run', async () => {
    await commitSome();
    const { tree } = await take('run-7');
    const shadow = path.join(base, 'state', 'shadow.git');
    const listed = git('--git-dir', shadow, 'for-each-ref', '--format=%(refname) %(objectname)');
    assert.equal(listed, `refs/muster/runs/run-7 ${tree}\n`);
  });

  it('leaves out large files and lists them', async () => {
    await put('big.bin', Buffer.alloc(5 * 1024 * 1024 + 1));
    await put('a.txt', 'a');
    const snapshot = await take();
    assert.deepEqual(paths(snapshot), ['a.txt']);
    assert.deepEqual(snapshot.leftOut, [
      { path: 'big.bin', reason: 'too large (5.0 MiB, limit 5 MiB)' },
    ]);
  });

  it('takes plain folders without what tools install, obeying .gitignore files', async () => {
    await put('a.txt', 'a');
    await put('node_modules/x/index.js', 'x');
    await put('out/made.js', 'x');
    await put('.gitignore', 'out\n');
    assert.deepEqual(paths(await take()), ['.gitignore', 'a.txt']);
  });

  it('takes nested repositories by their own rules and never as links', async () => {
    await commitSome();
    await put('nested/own.txt', 'own');
    await put('nested/.gitignore', 'not-me\n');
    await put('nested/not-me', 'x');
    execFileSync('git', ['init', '-q'], { cwd: path.join(root, 'nested') });
    const expected = ['.gitignore', 'nested/.gitignore', 'nested/own.txt', 'src/a.ts'];
    assert.deepEqual(paths(await take()), expected);
  });

  it('leaves out a file behind a folder that became a link', async () => {
    await commitSome();
    await rename(path.join(root, 'src'), path.join(base, 'elsewhere'));
    await symlink(path.join(base, 'elsewhere'), path.join(root, 'src'));
    const snapshot = await take();
    assert.deepEqual(paths(snapshot), ['.gitignore', 'src']);
    assert.deepEqual(snapshot.leftOut, [{ path: 'src/a.ts', reason: 'cannot be read' }]);
  });

  it('takes only its own part of a larger repository, with the ignore rules from above', async () => {
    await commitSome();
    await put('part/inner.txt', 'x');
    await put('part/ignored.txt', 'x');
    await store.dispose();
    root = path.join(root, 'part');
    store = openStore();
    assert.deepEqual(paths(await take()), ['inner.txt']);
  });

  it('writes trees with changed, added and deleted files', async () => {
    await commitSome();
    const { tree } = await take();
    const changes = new Map([
      ['src/a.ts', null],
      ['src/a.ts/now a folder', { bytes: Buffer.from('1'), mode: 0o100755 }],
      ['.gitignore', { bytes: Buffer.from('2'), mode: 0o100644 }],
    ]);
    const written = await store.openSnapshot(await store.writeTree(tree, changes));
    assert.deepEqual(await contents(written), { '.gitignore': '2', 'src/a.ts/now a folder': '1' });
    assert.deepEqual(
      written.entries.map((entry) => entry.mode),
      [0o100644, 0o100755],
    );
    assert.equal(await store.writeTree(tree, new Map()), tree);
  });

  it('gives each task a directory that holds exactly its tree', async () => {
    await commitSome();
    const { tree } = await take();
    const change = new Map([['new.txt', { bytes: Buffer.from('n'), mode: 0o100644 }]]);
    const other = await store.writeTree(tree, change);
    const first = await store.withDirectory(tree, async (directory) => {
      await writeFile(path.join(directory, 'src/a.ts'), 'export const a = 9;\r\n');
      await writeFile(path.join(directory, 'junk'), 'x');
      await mkdir(path.join(directory, 'locked'));
      await unlink(path.join(directory, '.gitignore'));
      return directory;
    });
    await store.withDirectory(other, async (directory) => {
      assert.equal(directory, first);
      assert.deepEqual(await listAll(directory), ['.gitignore', 'new.txt', 'src/a.ts']);
      const text = await readFile(path.join(directory, 'src/a.ts'), 'utf8');
      assert.equal(text, 'export const a = 1;\r\n');
    });
  });

  it('lets two tasks in at once and the others wait in order', async () => {
    await put('a.txt', 'a');
    const { tree } = await take();
    const started: number[] = [];
    const gates = [0, 1, 2, 3].map(() => createDeferred<null>());
    const entered = [0, 1, 2, 3].map(() => createDeferred<null>());
    const tasks = gates.map((gate, index) =>
      store.withDirectory(tree, async (directory) => {
        started.push(index);
        entered[index]?.resolve(null);
        await gate.promise;
        return directory;
      }),
    );
    await Promise.all([entered[0]?.promise, entered[1]?.promise]);
    assert.deepEqual(started.toSorted(), [0, 1]);
    gates[1]?.resolve(null);
    await entered[2]?.promise;
    gates[2]?.resolve(null);
    await entered[3]?.promise;
    assert.deepEqual(started.slice(2), [2, 3]);
    for (const gate of gates) gate.resolve(null);
    assert.equal(new Set(await Promise.all(tasks)).size, 2);
  });

  it('never shares a directory with another process’s store', async () => {
    await put('a.txt', 'a');
    const { tree } = await take();
    const other = openStore();
    const [a, b] = await Promise.all([
      store.withDirectory(tree, (directory) => Promise.resolve(directory)),
      other.withDirectory(tree, (directory) => Promise.resolve(directory)),
    ]);
    await other.dispose();
    assert.notEqual(a, b);
  });

  it('reads many blobs at once, large and empty ones too, and says which one is missing', async () => {
    await put('empty', '');
    await put('large', Buffer.alloc(3_000_000, 'x'));
    for (let index = 0; index < 50; index += 1) await put(`f${index}`, `content ${index}\n`);
    const all = await contents(await take());
    assert.equal(Object.keys(all).length, 52);
    assert.equal(all['large']?.length, 3_000_000);
    assert.equal(all['empty'], '');
    await assert.rejects(store.readBlob('0'.repeat(40)), /no object 0{40}/u);
    assert.equal(all['f7'], 'content 7\n');
  });

  it('goes on reading after its reader was killed', async () => {
    await put('a.txt', 'a');
    const snapshot = await take();
    const [blob] = snapshot.entries.map((entry) => entry.blob);
    assert.ok(blob !== undefined);
    await store.readBlob(blob);
    const readers = ['-P', String(process.pid), '-f', 'cat-file --batch$'];
    const pids = execFileSync('pgrep', readers, { encoding: 'utf8' }).trim().split('\n');
    for (const pid of pids) process.kill(Number(pid), 'SIGKILL');
    const read = await Promise.all([store.readBlob(blob), store.readBlob(blob)]);
    assert.deepEqual(
      read.map((bytes) => Buffer.from(bytes).toString()),
      ['a', 'a'],
    );
  });

  it('refuses an aborted snapshot with the reason of the signal', async () => {
    await put('a.txt', 'a');
    const signal = AbortSignal.abort(new Error('stopped'));
    await assert.rejects(store.takeSnapshot({ runId: 'r', signal }), /stopped/u);
  });
});

async function listAll(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory() || entry.name === 'locked');
  return files
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)))
    .sort();
}

async function picture(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const lines = files.map(async (entry) => {
    const file = path.join(entry.parentPath, entry.name);
    const hash = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    return `${path.relative(directory, file)} ${hash} ${(await stat(file)).mtimeMs}`;
  });
  return (await Promise.all(lines)).sort();
}
