import assert from 'node:assert/strict';
import {
  collectAgentChanges,
  loadAgentChanges,
  storeAgentChanges,
} from '../../../../src/core/changes/tree/agentChanges.ts';
import { Overlay } from '../../../../src/core/changes/tree/overlay.ts';
import { RunTree } from '../../../../src/core/changes/tree/runTree.ts';
import { change, file, MemoryBlobs, MemoryView, numbered, textOf } from '../changesSupport.ts';

function treeOf(files: Readonly<Record<string, string>>): RunTree {
  return new RunTree({ snapshot: new MemoryView(files), snapshotTree: 'tree-1' });
}

async function texts(tree: RunTree): Promise<Record<string, string | null>> {
  const entries = tree.list().map(async (path) => [path, textOf(await tree.read(path))] as const);
  return Object.fromEntries(await Promise.all(entries));
}

describe('Overlay', () => {
  it('hides its writes from the tree below', async () => {
    const base = new MemoryView({ 'a.ts': 'a', 'b.ts': 'b' });
    const overlay = new Overlay(base);
    overlay.write('c.ts', file('c'));
    overlay.write('a.ts', file('A'));
    overlay.delete('b.ts');
    assert.deepEqual(overlay.list(), ['a.ts', 'c.ts']);
    assert.equal(overlay.has('b.ts'), false);
    assert.equal(textOf(await overlay.read('a.ts')), 'A');
    assert.equal(await overlay.read('b.ts'), null);
    assert.deepEqual([...overlay.changes().keys()], ['c.ts', 'a.ts', 'b.ts']);
    assert.deepEqual(base.list(), ['a.ts', 'b.ts']);
  });

  it('knows what it looked at, and what it found', async () => {
    const overlay = new Overlay(new MemoryView({ 'a.ts': 'a' }));
    await overlay.read('no.ts');
    await overlay.read('a.ts');
    overlay.write('own.ts', file('x'));
    await overlay.read('own.ts');
    assert.deepEqual(overlay.readPaths(), ['a.ts', 'no.ts']);
    assert.equal(overlay.readHashes().get('no.ts'), null);
    assert.match(overlay.readHashes().get('a.ts') ?? '', /^ca978112/u);
  });

  it('moves bytes and mode', async () => {
    const overlay = new Overlay(new MemoryView({ run: file('x', 0o100755), taken: 'y' }));
    assert.equal((await overlay.move('run', 'taken')).type, 'refused');
    assert.equal((await overlay.move('none', 'new')).type, 'refused');
    assert.equal((await overlay.move('run', 'bin/run')).type, 'ok');
    assert.deepEqual(overlay.list(), ['bin/run', 'taken']);
    assert.equal((await overlay.read('bin/run'))?.mode, 0o100755);
  });

  it('lets a file be moved into a folder of its own name, and loses nothing when it cannot', async () => {
    const overlay = new Overlay(new MemoryView({ a: 'x', 'd/e': 'y' }));
    assert.equal((await overlay.move('a', 'a/index')).type, 'ok');
    assert.equal((await overlay.move('a/index', 'd')).type, 'refused');
    assert.deepEqual(overlay.list(), ['a/index', 'd/e']);
    assert.equal(textOf(await overlay.read('a/index')), 'x');
  });

  it('refuses a file where a folder is, and the reverse', () => {
    const overlay = new Overlay(new MemoryView({ 'a/b': 'x', c: 'y' }));
    assert.equal(overlay.write('a', file('')).type, 'refused');
    assert.equal(overlay.write('c/d/e', file('')).type, 'refused');
    assert.equal(overlay.delete('none').type, 'refused');
  });

  it('is cheap by the thousand', function () {
    this.timeout(10_000);
    const files = Object.fromEntries(numbered(5000, '').map((name) => [`src/${name}.ts`, name]));
    const tree = treeOf(files);
    const start = performance.now();
    const overlays = Array.from({ length: 1000 }, () => tree.startOverlay());
    for (const overlay of overlays) overlay.write('src/line 1.ts', file('changed'));
    const durationMs = performance.now() - start;
    assert.ok(durationMs < 2000, `${durationMs} ms`);
  });
});

describe('RunTree', () => {
  it('merges edits of agents that started from the same state', async () => {
    const lines = numbered(20);
    const tree = treeOf({ 'a.ts': lines.join('') });
    const first = tree.startOverlay();
    const second = tree.startOverlay();
    first.write('a.ts', file(lines.with(0, 'first\n').join('')));
    second.write('a.ts', file(lines.with(19, 'second\n').join('')));
    second.write('new.ts', file('new'));
    await tree.mergeOverlay({ overlay: first, agentId: 1, groupTitle: 'G' });
    const report = await tree.mergeOverlay({ overlay: second, agentId: 2, groupTitle: 'G' });
    assert.deepEqual(report, { changedPaths: ['a.ts', 'new.ts'], conflicts: [] });
    const merged = lines.with(0, 'first\n').with(19, 'second\n').join('');
    assert.deepEqual(await texts(tree), { 'a.ts': merged, 'new.ts': 'new' });
    assert.deepEqual(tree.changedPaths(), ['a.ts', 'new.ts']);
    assert.deepEqual(tree.changedPathsSince(1), ['a.ts', 'new.ts']);
    assert.deepEqual(tree.changedPathsSince(2), []);
  });

  it('gives an agent the tree as it was at its start, for ever', async () => {
    const tree = treeOf({ 'a.ts': 'one' });
    const early = tree.startOverlay();
    await tree.mergeChanges({
      changes: [change('a.ts', 'one', 'two'), change('b.ts', null, 'b')],
      agentId: 1,
      groupTitle: 'G',
    });
    assert.equal(textOf(await early.read('a.ts')), 'one');
    assert.deepEqual(early.list(), ['a.ts']);
    assert.equal(early.has('b.ts'), false);
    assert.deepEqual(tree.startOverlay().list(), ['a.ts', 'b.ts']);
  });

  const conflicts: readonly (readonly [string, string | null, string | null, string | null])[] = [
    ['both create', null, 'x', 'y'],
    ['modify and delete', 'x', 'y', null],
    ['delete and modify', 'x', null, 'y'],
    ['same line', 'a\nb\nc\n', 'a\nX\nc\n', 'a\nY\nc\n'],
    ['binary', 'a\0', 'b\0', 'c\0'],
  ];
  for (const [name, base, ours, theirs] of conflicts) {
    it(`keeps both sides of a conflict: ${name}`, async () => {
      const tree = treeOf(base === null ? {} : { f: base });
      await tree.mergeChanges({ changes: [change('f', base, ours)], agentId: 1, groupTitle: 'G' });
      const hash = tree.treeHash();
      const report = await tree.mergeChanges({
        changes: [change('f', base, theirs), change('g', null, 'g')],
        agentId: 2,
        groupTitle: 'H',
      });
      assert.deepEqual(report.changedPaths, ['g']);
      const [kept] = report.conflicts;
      assert.deepEqual(tree.conflicts(), [kept]);
      assert.deepEqual(
        [kept?.path, kept?.agentId, textOf(kept?.ours ?? null), textOf(kept?.theirs ?? null)],
        ['f', 2, ours, theirs],
      );
      assert.equal(textOf(await tree.read('f')), ours);
      assert.notEqual(tree.treeHash(), hash);
    });
  }

  it('calls equal creates and equal deletes no conflict', async () => {
    const tree = treeOf({ f: 'x' });
    const changes = [change('f', 'x', null), change('g', null, 'g')];
    await tree.mergeChanges({ changes, agentId: 1, groupTitle: 'G' });
    const again = await tree.mergeChanges({ changes, agentId: 2, groupTitle: 'G' });
    assert.deepEqual(again, { changedPaths: [], conflicts: [] });
  });

  it('never lets a file and a folder take the same name', async () => {
    const tree = treeOf({});
    await tree.mergeChanges({ changes: [change('a', null, 'x')], agentId: 1, groupTitle: 'G' });
    const report = await tree.mergeChanges({
      changes: [change('a/b', null, 'y')],
      agentId: 2,
      groupTitle: 'G',
    });
    assert.equal(report.conflicts.length, 1);
    const moved = [change('a', 'x', null), change('a/b', null, 'y')];
    const fits = await tree.mergeChanges({ changes: moved, agentId: 3, groupTitle: 'G' });
    assert.deepEqual([fits.changedPaths, tree.list()], [['a', 'a/b'], ['a/b']]);
  });

  it('merges recorded changes all or none when asked to', async () => {
    const tree = treeOf({ f: 'x' });
    await tree.mergeChanges({ changes: [change('f', 'x', 'y')], agentId: 1, groupTitle: 'G' });
    const changes = [change('f', 'x', 'z'), change('g', null, 'g')];
    const report = await tree.mergeChangesIfAllFit({ changes, agentId: 2, groupTitle: 'G' });
    assert.equal(report.conflicts.length, 1);
    assert.deepEqual([tree.changedPaths(), tree.conflicts(), tree.version], [['f'], [], 1]);
  });

  it('has a hash that depends on content alone', async () => {
    const [one, two] = [treeOf({ f: 'x' }), treeOf({ f: 'x' })];
    const empty = one.treeHash();
    const merge = (tree: RunTree, agentId: number, changes: readonly ReturnType<typeof change>[]) =>
      tree.mergeChanges({ changes, agentId, groupTitle: 'G' });
    await merge(one, 1, [change('f', 'x', 'y'), change('g', null, 'g')]);
    await merge(two, 1, [change('g', null, 'g')]);
    assert.notEqual(one.treeHash(), two.treeHash());
    await merge(two, 2, [change('f', 'x', 'y')]);
    assert.equal(one.treeHash(), two.treeHash());
    await merge(one, 3, [change('f', 'y', 'x'), change('g', 'g', null)]);
    assert.equal(one.treeHash(), empty);
    assert.deepEqual(one.changedPaths(), []);
  });

  it('merges agents from records of another process', async () => {
    const tree = treeOf({ f: 'x', g: 'y' });
    const overlay = tree.startOverlay();
    overlay.write('f', file('z', 0o100755));
    overlay.write('g', file('y'));
    overlay.write('h', file('h'));
    const blobs = new MemoryBlobs();
    const record = await storeAgentChanges(await collectAgentChanges(overlay), blobs);
    const changes = await loadAgentChanges(record, blobs);
    assert.deepEqual(
      changes.map((one) => one.path),
      ['f', 'h'],
    );
    const other = treeOf({ f: 'x', g: 'y' });
    await other.mergeChanges({ changes, agentId: 1, groupTitle: 'G' });
    await tree.mergeOverlay({ overlay, agentId: 1, groupTitle: 'G' });
    assert.equal(other.treeHash(), tree.treeHash());
  });

  it('leaves symbolic links alone', async () => {
    const link = file('target', 0o120000);
    const tree = new RunTree({ snapshot: new MemoryView({ link }), snapshotTree: 't' });
    const overlay = tree.startOverlay();
    overlay.write('link', file('text'));
    const report = await tree.mergeOverlay({ overlay, agentId: 1, groupTitle: 'G' });
    assert.deepEqual([report.changedPaths, report.conflicts.length], [[], 1]);
  });
});
