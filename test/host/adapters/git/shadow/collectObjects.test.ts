import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Snapshot } from '../../../../../src/core/ports/fileView.ts';
import { collectObjects } from '../../../../../src/host/adapters/git/shadow/collectObjects.ts';
import { createGitSnapshotStore } from '../../../../../src/host/adapters/git/createGitSnapshotStore.ts';
import type { GitSnapshotStore } from '../../../../../src/host/adapters/git/createGitSnapshotStore.ts';
import { ShadowRepository } from '../../../../../src/host/adapters/git/shadow/shadowRepository.ts';
import { tidyShadow, useShadow } from '../../../../../src/host/adapters/git/shadow/shadowUse.ts';
import { ChildScript } from '../../../support/childScript.ts';
import { createSampleWorkspace } from '../../../support/sampleWorkspace.ts';

const run = promisify(execFile);
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const { signal } = new AbortController();

/** Snapshots that each of several processes takes. */
const ROUNDS = 10;

describe('Collecting the objects of dropped runs', function () {
  this.timeout(90_000);
  let base = '';
  let root = '';
  let state = '';
  let store: GitSnapshotStore;
  let shadow: ShadowRepository;
  const children: ChildScript[] = [];

  beforeEach(async () => {
    base = await mkdtemp(path.join(tmpdir(), 'muster-collect-'));
    [root, state] = [path.join(base, 'workspace'), path.join(base, 'state')];
    await mkdir(root);
    store = openStore();
    shadow = new ShadowRepository(state, process.env);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) await child.kill();
    await store.dispose();
    await rm(base, { recursive: true, force: true });
  });

  function openStore(): GitSnapshotStore {
    const options = { workspaceRoot: root, stateDirectory: state, log: silent };
    return createGitSnapshotStore({ ...options, isHidden: () => false });
  }
  const start = (name: string, ...args: readonly string[]): ChildScript => {
    const child = new ChildScript(name, args);
    children.push(child);
    return child;
  };
  const put = (name: string, text: string) => writeFile(path.join(root, name), text);
  const take = (runId: string) => store.takeSnapshot({ runId, signal });
  const drop = (runId: string) => shadow.git(['update-ref', '-d', `refs/muster/runs/${runId}`]);
  const collect = () => tidyShadow(state, (giveWay) => collectObjects(shadow, giveWay));
  const has = async (blob: string): Promise<boolean> => {
    const fresh = openStore();
    try {
      await fresh.readBlob(blob);
      return true;
    } catch {
      return false;
    } finally {
      await fresh.dispose();
    }
  };
  const blobOf = (snapshot: Snapshot, name: string): string =>
    snapshot.entries.find((entry) => entry.path === name)?.blob ?? assert.fail(name);
  /** Fails when anything is missing that a ref leads to, or is not what its name says. */
  const fsck = () => shadow.git(['fsck', '--full', '--strict', '--no-dangling']);

  it('takes out what only they held, and nothing else', async () => {
    await put('both.txt', 'both\n');
    await put('old.txt', 'old\n');
    const old = await take('old');
    await rm(path.join(root, 'old.txt'));
    await put('new.txt', 'new\n');
    const kept = await take('new');
    await drop('old');
    const reading = await store.readBlob(blobOf(kept, 'both.txt'));
    assert.deepEqual(await collect(), { type: 'done', value: undefined });
    assert.equal(await has(blobOf(old, 'old.txt')), false);
    for (const { blob } of kept.entries) assert.equal(await has(blob), true);
    assert.deepEqual(await store.openSnapshot(kept.tree), { ...kept, leftOut: [] });
    // The reader that was open all the while finds it in its new place.
    assert.deepEqual(await store.readBlob(blobOf(kept, 'both.txt')), reading);
    await fsck();
    const packs = await readdir(path.join(shadow.gitDir, 'objects', 'pack'));
    assert.equal(packs.filter((name) => name.endsWith('.pack')).length, 1);
  });

  it('is seen by a process that remembers what there was', async () => {
    await put('a.txt', 'comes back\n');
    await put('b.txt', 'stays\n');
    await take('first');
    await rm(path.join(root, 'a.txt'));
    const second = await take('second');
    const text = { bytes: Buffer.from('written by an agent\n'), mode: 0o100644 };
    await store.writeTree(second.tree, new Map([['c.txt', text]]));
    await drop('first');
    await collect();
    await put('a.txt', 'comes back\n');
    const third = await take('third');
    assert.equal(await has(blobOf(third, 'a.txt')), true);
    const tree = await store.writeTree(third.tree, new Map([['c.txt', text]]));
    const blob = blobOf(await store.openSnapshot(tree), 'c.txt');
    assert.equal(Buffer.from(await store.readBlob(blob)).toString(), 'written by an agent\n');
    await fsck();
  });

  it('is seen when nothing changed since the last snapshot, and by another process', async () => {
    await put('a.txt', 'all of it\n');
    const first = await take('first');
    await drop('first');
    await rm(path.join(shadow.gitDir, 'index'));
    await collect();
    assert.equal(await has(blobOf(first, 'a.txt')), false);
    assert.equal((await take('second')).tree, first.tree);
    assert.equal(await has(blobOf(first, 'a.txt')), true);
    await store.dispose();
    store = openStore();
    assert.equal((await take('third')).tree, first.tree);
    await fsck();
  });

  it('works on a real project, and a directory can still be made of its trees', async () => {
    await rm(root, { recursive: true });
    await createSampleWorkspace(root);
    const snapshot = await take('kept');
    const change = { bytes: Buffer.from('changed\n'), mode: 0o100644 };
    const tree = await store.writeTree(snapshot.tree, new Map([['README.md', change]]));
    await store.withDirectory(tree, () => Promise.resolve());
    await collect();
    const text = await store.withDirectory(snapshot.tree, (directory) =>
      readFile(path.join(directory, 'README.md'), 'utf8'),
    );
    assert.equal(text, await readFile(path.join(root, 'README.md'), 'utf8'));
    const again = await store.writeTree(snapshot.tree, new Map([['README.md', change]]));
    assert.equal(again, tree);
    await store.withDirectory(again, async (directory) => {
      assert.equal(await readFile(path.join(directory, 'README.md'), 'utf8'), 'changed\n');
    });
    const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0' };
    await run('git', ['fsck', '--full'], { cwd: root, env });
  });

  it('does nothing while an object is missing: what is whole must not pay for it', async () => {
    await put('a.txt', 'one\n');
    const snapshot = await take('damaged');
    const blob = blobOf(snapshot, 'a.txt');
    await rm(path.join(shadow.gitDir, 'objects', blob.slice(0, 2), blob.slice(2)));
    await put('b.txt', 'two\n');
    await drop('nothing').catch(() => undefined);
    await assert.rejects(collect(), /git pack-objects failed/u);
    assert.ok((await store.openSnapshot(snapshot.tree)).entries.length > 0);
  });

  it('never takes an object from a snapshot that begins at the same moment', async () => {
    const takers = ['a', 'b', 'c'].map((name) =>
      start('takeSnapshots', state, path.join(base, `workspace-${name}`), name, `${ROUNDS}`),
    );
    const collector = start('collectForEver', state);
    await Promise.all([...takers, collector].map((child) => child.waitFor('ready')));
    collector.go();
    for (let round = 0; round < ROUNDS; round += 1) {
      // Before each round something is collected, and the snapshots begin in the middle of the next time.
      const done = [...collector.output.matchAll(/done/gu)].length;
      await collector.waitFor(`done ${done + 1}\n`);
      for (const taker of takers) taker.go();
      await Promise.all(takers.map((child, index) => child.waitFor(`${'abc'[index]}-${round} `)));
    }
    await Promise.all(takers.map((child) => child.succeed()));
    await collector.kill();
    const refs = (await shadow.git(['for-each-ref', '--format=%(objectname)'])).toString();
    const newest = takers.map(({ output }) => output.trim().split('\n').at(-1)?.split(' ')[1]);
    assert.deepEqual(refs.trim().split('\n').toSorted(), newest.toSorted());
    await fsck();
    await collect();
    await fsck();
  });

  it('can be killed at any moment', async () => {
    await rm(root, { recursive: true });
    await createSampleWorkspace(root);
    for (let round = 0; round < 6; round += 1) {
      await put('changing.txt', `${round}\n`);
      await take(`run-${round}`);
      if (round > 1) await drop(`run-${round - 2}`);
      const collector = start('collectForEver', state);
      await collector.waitFor('ready');
      collector.go();
      await firstChangeIn(path.join(shadow.gitDir, 'objects', 'pack'), round);
      await collector.kill();
      await fsck();
    }
    const { tree } = await take('last');
    await store.withDirectory(tree, () => Promise.resolve());
    assert.equal((await collect()).type, 'done');
    await fsck();
  });
});

/** Resolves after so many changes of a folder. */
async function firstChangeIn(folder: string, changes: number): Promise<void> {
  const { watch } = await import('node:fs/promises');
  let seen = 0;
  for await (const event of watch(folder, { signal: AbortSignal.timeout(20_000) })) {
    assert.ok(event);
    seen += 1;
    if (seen > changes) return;
  }
}

describe('Using the shadow repository while it is tidied up', function () {
  this.timeout(30_000);
  let state = '';
  beforeEach(async () => {
    state = await mkdtemp(path.join(tmpdir(), 'muster-use-'));
  });
  afterEach(() => rm(state, { recursive: true, force: true }));

  it('makes the tidying stop, and then goes on', async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<undefined>();
    const order: string[] = [];
    const tidying = tidyShadow(state, async (giveWay) => {
      begin(undefined);
      await new Promise((_resolve, reject) => {
        giveWay.addEventListener('abort', () => reject(new Error('gave way')));
      });
    });
    await begun;
    const used = useShadow(state, () => {
      order.push('used');
      return Promise.resolve('value');
    });
    const tidied = await tidying;
    order.push('tidied');
    assert.equal(tidied.type === 'busy' && tidied.by.pid, process.pid);
    assert.equal(await used, 'value');
    assert.deepEqual(order, ['tidied', 'used']);
  });

  it('keeps the tidying from beginning', async () => {
    await useShadow(state, async () => {
      const tidied = await tidyShadow(state, () => assert.fail('it began'));
      assert.equal(tidied.type, 'busy');
    });
    assert.deepEqual(await tidyShadow(state, () => Promise.resolve(1)), { type: 'done', value: 1 });
  });

  it('goes on side by side with other uses', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const first = useShadow(state, () => promise);
    await useShadow(state, () => Promise.resolve());
    resolve(undefined);
    await first;
  });

  it('counts no more when its process has died', async () => {
    const folder = path.join(state, 'locks', 'shadow.users');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, `${2 ** 30}-1-${'0'.repeat(16)}`), '');
    assert.equal((await tidyShadow(state, () => Promise.resolve(1))).type, 'done');
    assert.deepEqual(await readdir(folder), []);
  });

  it('is told of by a failure of the tidying itself', async () => {
    const failing = tidyShadow(state, () => Promise.reject(new Error('broken')));
    await assert.rejects(failing, /broken/u);
    assert.equal((await tidyShadow(state, () => Promise.resolve(1))).type, 'done');
  });
});
