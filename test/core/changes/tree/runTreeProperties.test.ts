import assert from 'node:assert/strict';
import {
  collectAgentChanges,
  loadAgentChanges,
  storeAgentChanges,
  type AgentChange,
} from '../../../../src/core/changes/tree/agentChanges.ts';
import { sameContent, SYMLINK_MODE } from '../../../../src/core/changes/text/fileContent.ts';
import { Overlay } from '../../../../src/core/changes/tree/overlay.ts';
import { RunTree, type MergeReport } from '../../../../src/core/changes/tree/runTree.ts';
import type { FileContent } from '../../../../src/core/ports/fileView.ts';
import { file, MemoryBlobs, MemoryView, textOf } from '../changesSupport.ts';
import { diceOf, pick, type Dice } from '../text/mergeCases.ts';

const caseCount = 1500;
const seed = Number(process.env['MUSTER_MERGE_SEED'] ?? 1);

type Start = Readonly<Record<string, FileContent>>;

/** Agents of one start tree with what each of them changed, in the order in which they end. */
interface TreeCase {
  readonly start: Start;
  readonly agents: readonly (readonly AgentChange[])[];
}

describe('merges of random agents into one tree', function () {
  this.timeout(60_000);

  async function forEachCase(check: (given: TreeCase) => Promise<void>): Promise<void> {
    for (let index = 0; index < caseCount; index += 1) {
      const given = await treeCaseOf(index);
      try {
        await check(given);
      } catch (error) {
        const name = `case ${index} of seed ${seed} (MUSTER_MERGE_SEED)`;
        throw new Error(`${name}: ${String(error)}\n${describeCase(given)}`, { cause: error });
      }
    }
  }

  it('take over, merge or keep aside each change, and touch nothing else', async () => {
    const seen = { conflicts: 0, merged: 0 };
    await forEachCase(async ({ start, agents }) => {
      const tree = treeOf(start);
      for (const [index, changes] of agents.entries()) {
        const before = await contentsOf(tree);
        const report = await tree.mergeChanges({ agentId: index + 1, groupTitle: 'G', changes });
        checkMerge(before, { after: await contentsOf(tree), changes, report });
        checkPaths(tree.list());
        seen.conflicts += report.conflicts.length;
        seen.merged += report.changedPaths.length;
      }
      assert.deepEqual(tree.changedPaths(), await changedPathsOf(start, tree));
    });
    assert.ok(seen.conflicts > caseCount / 4 && seen.merged > caseCount, JSON.stringify(seen));
  });

  it('give the same tree and the same conflicts for the same order, from records too', async () => {
    await forEachCase(async ({ start, agents }) => {
      const [first, second] = [treeOf(start), treeOf(start)];
      const blobs = new MemoryBlobs();
      const order: number[] = [];
      const onMerged = (agentId: number) => () => void order.push(agentId);
      const merges = agents.map((changes, index) => {
        const agentId = index + 1;
        return first.mergeChanges({
          agentId,
          changes,
          groupTitle: 'G',
          onMerged: onMerged(agentId),
        });
      });
      await Promise.all(merges);
      assert.deepEqual(
        order,
        [...agents.keys()].map((index) => index + 1),
      );
      for (const [index, changes] of agents.entries()) {
        const record = await storeAgentChanges(changes, blobs);
        const loaded = await loadAgentChanges(record, blobs);
        await second.mergeChanges({ agentId: index + 1, groupTitle: 'G', changes: loaded });
      }
      assert.equal(first.treeHash(), second.treeHash());
      assert.deepEqual(comparable(second.conflicts()), comparable(first.conflicts()));
    });
  });

  it('disagree on the same paths whichever of two agents ends first', async () => {
    await forEachCase(async ({ start, agents: [one = [], two = []] }) => {
      const [forth, back] = [treeOf(start), treeOf(start)];
      const mergeBoth = async (tree: RunTree, first: typeof one, second: typeof one) => {
        await tree.mergeChanges({ agentId: 1, groupTitle: 'G', changes: first });
        return tree.mergeChanges({ agentId: 2, groupTitle: 'G', changes: second });
      };
      const forthReport = await mergeBoth(forth, one, two);
      const backReport = await mergeBoth(back, two, one);
      const isPlacing = [...forthReport.conflicts, ...backReport.conflicts].some(({ reason }) =>
        reason.startsWith('Cannot write'),
      );
      // A file in the way of a folder: whoever ends first has the place, and the paths differ.
      if (isPlacing) return;
      // A symbolic link is refused to one agent alone; that is no matter between the two.
      const links = new Set([...one, ...two].filter(hasLink).map(({ path }) => path));
      const between = (report: MergeReport) =>
        report.conflicts
          .map(({ path }) => path)
          .filter((path) => !links.has(path))
          .sort();
      assert.deepEqual(between(forthReport), between(backReport));
      if (forth.conflicts().length + back.conflicts().length === 0)
        assert.equal(forth.treeHash(), back.treeHash());
    });
  });
});

const names = [
  'a',
  'A',
  'b.ts',
  'dir/c',
  'dir/C',
  'dir',
  'dir/sub/d',
  'e',
  'link',
  'data.bin',
] as const;
const plainMode = 0o100644;
const modes = [plainMode, plainMode, 0o100755] as const;

async function treeCaseOf(index: number): Promise<TreeCase> {
  const dice = diceOf(seed * 7_919 + index);
  const overlay = new Overlay(new MemoryView({}));
  for (let left = 2 + dice(6); left > 0; left -= 1)
    overlay.write(pick(dice, names), contentOf(dice));
  if (dice(4) === 0) overlay.write('link', file('target', SYMLINK_MODE));
  const start = Object.fromEntries(
    [...overlay.changes()].flatMap(([path, content]) =>
      content === null ? [] : [[path, content]],
    ),
  );
  const agents: (readonly AgentChange[])[] = [];
  for (let left = 2 + dice(2); left > 0; left -= 1) agents.push(await changesOfAgent(dice, start));
  return { start, agents };
}

async function changesOfAgent(dice: Dice, start: Start): Promise<readonly AgentChange[]> {
  const overlay = new Overlay(new MemoryView(start));
  for (let left = 1 + dice(5); left > 0; left -= 1) await actOnce(dice, overlay);
  return collectAgentChanges(overlay);
}

async function actOnce(dice: Dice, overlay: Overlay): Promise<void> {
  const path = pick(dice, names);
  const content = await overlay.read(path);
  switch (dice(7)) {
    case 0:
      overlay.delete(path);
      return;
    case 1:
      await overlay.move(path, pick(dice, names));
      return;
    case 2:
      overlay.write(path, contentOf(dice));
      return;
    case 3:
      if (content !== null) overlay.write(path, { ...content, mode: pick(dice, modes) });
      return;
    case 4:
      if (dice(4) === 0) overlay.write(path, file('elsewhere', SYMLINK_MODE));
      return;
    default:
      if (content !== null) overlay.write(path, { ...content, bytes: editedBytes(dice, content) });
  }
}

function contentOf(dice: Dice): FileContent {
  const lines = Array.from({ length: 3 + dice(12) }, (_x, number) => `line ${number}\n`);
  const head = dice(8) === 0 ? 'binary\0' : '';
  return file(head + lines.join(''), pick(dice, modes));
}

function editedBytes(dice: Dice, content: FileContent): Uint8Array {
  const lines = (textOf(content) ?? '').split('\n');
  lines.splice(dice(lines.length + 1), dice(2), `edit ${dice(3)}`);
  return new Uint8Array(Buffer.from(lines.join('\n'), 'latin1'));
}

function treeOf(start: Start): RunTree {
  return new RunTree({ snapshot: new MemoryView(start), snapshotTree: 't' });
}

async function contentsOf(tree: RunTree): Promise<ReadonlyMap<string, FileContent | null>> {
  const entries = tree.list().map(async (path) => [path, await tree.read(path)] as const);
  return new Map(await Promise.all(entries));
}

async function changedPathsOf(start: Start, tree: RunTree): Promise<readonly string[]> {
  const paths = [...new Set([...Object.keys(start), ...tree.list()])].sort();
  const isChanged = await Promise.all(
    paths.map(async (path) => !sameContent(start[path] ?? null, await tree.read(path))),
  );
  return paths.filter((_path, index) => isChanged[index]);
}

function checkMerge(
  before: ReadonlyMap<string, FileContent | null>,
  merge: {
    readonly after: ReadonlyMap<string, FileContent | null>;
    readonly changes: readonly AgentChange[];
    readonly report: MergeReport;
  },
): void {
  const { after, changes, report } = merge;
  const aside = new Map(report.conflicts.map((conflict) => [conflict.path, conflict]));
  for (const { path, base, proposed } of changes) {
    const ours = before.get(path) ?? null;
    const now = after.get(path) ?? null;
    const conflict = aside.get(path);
    if (conflict !== undefined) {
      const { base: keptBase, ours: keptOurs, theirs } = conflict;
      assert.deepEqual([keptBase, keptOurs, theirs, now], [base, ours, proposed, ours], path);
    } else if (sameContent(ours, base)) assert.deepEqual(now, proposed, path);
    else if (sameContent(ours, proposed)) assert.deepEqual(now, ours, path);
    else {
      // A real merge of two edits: neither side's picture as it was, and the file is there.
      assert.ok(base !== null && ours !== null && proposed !== null && now !== null, path);
      for (const line of ['edit 0', 'edit 1', 'edit 2'])
        if (isAdded(line, { base, ours, proposed })) assert.ok(textOf(now)?.includes(line), path);
    }
  }
  const touched = new Set(changes.map(({ path }) => path));
  for (const path of new Set([...before.keys(), ...after.keys()]))
    if (!touched.has(path)) assert.deepEqual(after.get(path), before.get(path), path);
  const differing = [...touched].filter(
    (path) => !sameContent(before.get(path) ?? null, after.get(path) ?? null),
  );
  assert.deepEqual(report.changedPaths, differing.sort());
}

function hasLink({ base, proposed }: AgentChange): boolean {
  return [base, proposed].some((content) => content?.mode === SYMLINK_MODE);
}

/** Whether a side has a line that the base lacks. */
function isAdded(
  line: string,
  sides: { readonly base: FileContent; readonly ours: FileContent; readonly proposed: FileContent },
): boolean {
  const has = (content: FileContent) => textOf(content)?.includes(line) === true;
  return !has(sides.base) && (has(sides.ours) || has(sides.proposed));
}

/** Sorted, each once, and no file where another path needs a folder. */
function checkPaths(paths: readonly string[]): void {
  assert.deepEqual(paths, [...new Set(paths)].sort());
  const present = new Set(paths);
  for (const path of paths)
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1))
      assert.ok(!present.has(path.slice(0, slash)), `${path} stands below a file`);
}

function comparable(conflicts: ReturnType<RunTree['conflicts']>): readonly unknown[] {
  return conflicts.map(({ base, ours, theirs, ...rest }) => [
    rest,
    ...[base, ours, theirs].map((side) => [textOf(side), side?.mode]),
  ]);
}

function describeCase({ start, agents }: TreeCase): string {
  const shown = (content: FileContent | null) =>
    content === null ? null : `${content.mode.toString(8)} ${textOf(content) ?? ''}`;
  const files = Object.entries(start).map(([path, content]) => [path, shown(content)] as const);
  const changes = agents.map((agent) =>
    agent.map(({ path, base, proposed }) => [path, shown(base), shown(proposed)]),
  );
  return JSON.stringify({ start: Object.fromEntries(files), agents: changes });
}
