import assert from 'node:assert/strict';
import { RunTree } from '../../../../src/core/changes/tree/runTree.ts';
import { change, file, MemoryView, textOf } from '../changesSupport.ts';

describe('two agents and one file', () => {
  const text = 'one\ntwo\nthree\n';
  const cases: readonly TwoAgents[] = [
    {
      name: 'create the same bytes',
      start: {},
      one: { f: text },
      two: { f: text },
      left: { f: text },
      aside: [],
    },
    {
      name: 'create other bytes',
      start: {},
      one: { f: 'x' },
      two: { f: 'y' },
      left: { f: 'x' },
      aside: ['f: - x y'],
    },
    {
      name: 'delete and edit',
      start: { f: 'a' },
      one: { f: null },
      two: { f: 'b' },
      left: {},
      aside: ['f: a - b'],
    },
    {
      name: 'edit and delete',
      start: { f: 'a' },
      one: { f: 'b' },
      two: { f: null },
      left: { f: 'b' },
      aside: ['f: a b -'],
    },
    {
      name: 'both delete',
      start: { f: 'a' },
      one: { f: null },
      two: { f: null },
      left: {},
      aside: [],
    },
    {
      name: 'a file and a folder of its name',
      start: {},
      one: { f: 'x' },
      two: { 'f/g': 'y' },
      left: { f: 'x' },
      aside: ['f/g: - - y'],
    },
    {
      name: 'a folder and a file of its name',
      start: {},
      one: { 'f/g': 'x' },
      two: { f: 'y' },
      left: { 'f/g': 'x' },
      aside: ['f: - - y'],
    },
    {
      name: 'empty the folder that the other needs',
      start: { 'f/g': 'a' },
      one: { 'f/g': null, f: 'x' },
      two: { 'f/h': 'y' },
      left: { f: 'x' },
      aside: ['f/h: - - y'],
    },
    {
      name: 'rename to names that differ in case only',
      start: { f: 'a' },
      one: { f: null, F: 'a' },
      two: { f: 'b' },
      left: { F: 'a' },
      aside: ['f: a - b'],
    },
    {
      name: 'rename to two names',
      start: { f: 'a' },
      one: { f: null, g: 'a' },
      two: { f: null, h: 'a' },
      left: { g: 'a', h: 'a' },
      aside: [],
    },
    {
      name: 'edit the same line',
      start: { f: text },
      one: { f: 'one\nX\nthree\n' },
      two: { f: 'one\nY\nthree\n' },
      left: { f: 'one\nX\nthree\n' },
      aside: [`f: ${text} one\nX\nthree\n one\nY\nthree\n`],
    },
    {
      name: 'edit other lines',
      start: { f: text },
      one: { f: 'ONE\ntwo\nthree\n' },
      two: { f: 'one\ntwo\nTHREE\n' },
      left: { f: 'ONE\ntwo\nTHREE\n' },
      aside: [],
    },
    {
      name: 'edit a binary file',
      start: { f: 'a\0' },
      one: { f: 'b\0' },
      two: { f: 'c\0' },
      left: { f: 'b\0' },
      aside: ['f: a\0 b\0 c\0'],
    },
  ];
  for (const { name, start, one, two, left, aside } of cases) {
    it(name, async () => {
      const tree = new RunTree({ snapshot: new MemoryView(start), snapshotTree: 't' });
      const changesOf = (files: TwoAgents['one']) =>
        Object.entries(files).map(([path, proposed]) =>
          change(path, start[path] ?? null, proposed),
        );
      await tree.mergeChanges({ agentId: 1, groupTitle: 'G', changes: changesOf(one) });
      await tree.mergeChanges({ agentId: 2, groupTitle: 'H', changes: changesOf(two) });
      const texts = tree.list().map(async (path) => [path, textOf(await tree.read(path))] as const);
      assert.deepEqual(Object.fromEntries(await Promise.all(texts)), left);
      const shown = tree.conflicts().map(({ path, base, ours, theirs }) => {
        const sides = [base, ours, theirs].map((side) => textOf(side) ?? '-');
        return `${path}: ${sides.join(' ')}`;
      });
      assert.deepEqual(shown, aside);
    });
  }

  it('merges a mode of one with an edit of the other, and calls two modes a conflict', async () => {
    const start = { f: file('a\nb\nc\n') };
    const edit = { path: 'f', base: start.f, proposed: file('A\nb\nc\n') };
    const mode = { path: 'f', base: start.f, proposed: file('a\nb\nc\n', 0o100755) };
    const both = new RunTree({ snapshot: new MemoryView(start), snapshotTree: 't' });
    await both.mergeChanges({ agentId: 1, groupTitle: 'G', changes: [edit] });
    await both.mergeChanges({ agentId: 2, groupTitle: 'G', changes: [mode] });
    assert.deepEqual(await both.read('f'), file('A\nb\nc\n', 0o100755));
    const deleted = { path: 'f', base: start.f, proposed: null };
    const gone = new RunTree({ snapshot: new MemoryView(start), snapshotTree: 't' });
    await gone.mergeChanges({ agentId: 1, groupTitle: 'G', changes: [deleted] });
    const report = await gone.mergeChanges({ agentId: 2, groupTitle: 'G', changes: [mode] });
    assert.deepEqual(
      report.conflicts.map(({ theirs }) => theirs?.mode),
      [0o100755],
    );
  });
});

interface TwoAgents {
  readonly name: string;
  readonly start: Readonly<Record<string, string>>;
  readonly one: Readonly<Record<string, string | null>>;
  readonly two: Readonly<Record<string, string | null>>;
  /** Files of the tree afterwards. */
  readonly left: Readonly<Record<string, string>>;
  /** Conflicts as `path: base ours theirs`. */
  readonly aside: readonly string[];
}
