import assert from 'node:assert/strict';
import { splitLines } from '../../../../src/base/lines.ts';
import { mayMix } from '../../../../src/core/changes/text/fileContent.ts';
import { diffLineLists } from '../../../../src/core/changes/text/lineDiff.ts';
import { mergeContents } from '../../../../src/core/changes/text/mergeContents.ts';
import { mergeParts, type MergePart } from '../../../../src/core/changes/text/merge3.ts';
import { RunTree } from '../../../../src/core/changes/tree/runTree.ts';
import { file, MemoryView, textOf } from '../changesSupport.ts';
import { gitAlignments, gitMergeParts, type GitAlignment } from './gitMergeFile.ts';
import { mergeCaseOf, type MergeCase } from './mergeCases.ts';
import { referenceMerge } from './referenceMerge.ts';

const caseCount = 2000;
const seed = Number(process.env['MUSTER_MERGE_SEED'] ?? 1);

/**
 * Every fifth case goes through git itself: a process for each is most of the time here, and the merge
 * by the book below, which is held to git where the two differ, checks all of them. The long files, one
 * in a hundred, are all among them.
 */
const gitStep = 5;

/** Cases in a hundred in which git may lay a text over its base in another, equally good way. */
const mostOthersPercent = 4;

describe('merges of 2,000 random files', function () {
  this.timeout(180_000);
  const cases = Array.from({ length: caseCount }, (_x, index) => mergeCaseOf(seed, index));

  function forEachCase(check: (input: MergeCase, index: number) => void): void {
    for (const [index, input] of cases.entries()) naming(index, input, () => check(input, index));
  }

  it('are those of git merge-file, byte for byte, conflicts with all three sides included', async () => {
    const indexes = cases.map((_input, index) => index).filter((index) => index % gitStep === 4);
    const git = await gitMergeParts(indexes.map((index) => cases[index] ?? assert.fail()));
    const others: { readonly index: number; readonly parts: readonly MergePart[] }[] = [];
    for (const [place, parts] of git.entries()) {
      const index = indexes[place] ?? assert.fail();
      const input = cases[index] ?? assert.fail();
      naming(index, input, () => {
        if (comparable(mergeParts(input)) !== comparable(parts)) others.push({ index, parts });
      });
    }
    for (const { index, parts } of others) await explain(index, parts);
    assert.ok(others.length <= (git.length * mostOthersPercent) / 100, `${others.length} differ`);
    const clean = git.filter(isClean).length;
    assert.equal(git.length, caseCount / gitStep);
    assert.ok(clean > git.length / 4 && clean < git.length * 0.75, `git merged ${clean} cleanly`);
  });

  /** Another answer than git's is right only where git's diff chose other lines, and ours is no longer. */
  async function explain(index: number, git: readonly MergePart[]): Promise<void> {
    const input = cases[index] ?? assert.fail();
    const alignments = await gitAlignments(input);
    naming(index, input, () => {
      assert.equal(comparable(referenceMerge(input, alignments)), comparable(git));
      for (const side of ['ours', 'theirs'] as const)
        assert.ok(
          editsOf(alignmentOf(input.base, input[side])) <= editsOf(alignments[side]),
          `the diff of ${side} is longer than git's`,
        );
    });
  }

  it('are those of a merge by the book over the same diffs', () => {
    forEachCase((input) => {
      const alignments = {
        ours: alignmentOf(input.base, input.ours),
        theirs: alignmentOf(input.base, input.theirs),
      };
      const expected = referenceMerge(input, alignments);
      assert.equal(JSON.stringify(inOrder(mergeParts(input))), JSON.stringify(inOrder(expected)));
    });
  });

  it('lose no line that one side wrote, and keep none that one side took away', () => {
    forEachCase((input) => {
      const parts = mergeParts(input);
      checkSide(parts, input, 'ours');
      checkSide(parts, input, 'theirs');
    });
  });

  it('come out the same whichever agent ends first, and through the tree of a run', async () => {
    for (const [index, input] of cases.entries()) {
      const parts = mergeParts(input);
      const swapped = mergeParts({ base: input.base, ours: input.theirs, theirs: input.ours });
      naming(index, input, () => assert.equal(isClean(parts), isClean(swapped)));
      if (isClean(parts))
        naming(index, input, () => assert.deepEqual(inOrder(swapped), inOrder(parts)));
      await checkInTree(index, input, parts);
    }
  });

  async function checkInTree(
    index: number,
    input: MergeCase,
    parts: readonly MergePart[],
  ): Promise<void> {
    const base = fileOf(input.base);
    const [ours, theirs] = [fileOf(input.ours), fileOf(input.theirs)];
    const tree = new RunTree({ snapshot: new MemoryView({ f: base }), snapshotTree: 't' });
    const merge = (agentId: number, proposed: typeof ours) =>
      tree.mergeChanges({ agentId, groupTitle: 'G', changes: [{ path: 'f', base, proposed }] });
    await merge(1, ours);
    const { conflicts } = await merge(2, theirs);
    const result = textOf(await tree.read('f'));
    naming(index, input, () => {
      const direct = mergeContents({ base, ours, theirs });
      assert.equal(direct.type, conflicts.length === 0 ? 'merged' : 'conflict');
      if (conflicts.length === 0) assert.equal(result, inOrder(parts).join(''));
      else {
        assert.equal(result, input.ours);
        const [kept] = conflicts;
        assert.deepEqual(
          [textOf(kept?.base ?? null), textOf(kept?.ours ?? null), textOf(kept?.theirs ?? null)],
          [input.base, input.ours, input.theirs],
        );
        const mayStandTogether = mayMix(ours.bytes, theirs.bytes);
        assert.equal(isClean(parts) && mayStandTogether, false);
      }
    });
  }
});

/** Names the case in the failure, so that it can be made again. */
function naming(index: number, input: MergeCase, check: () => void): void {
  try {
    check();
  } catch (error) {
    const sides = JSON.stringify({ base: input.base, ours: input.ours, theirs: input.theirs });
    const shown = sides.length > 4000 ? `${sides.slice(0, 4000)}…` : sides;
    const name = `case ${index} of seed ${seed} (MUSTER_MERGE_SEED), ${input.what}`;
    throw new Error(`${name}: ${String(error)}\n${shown}`, { cause: error });
  }
}

function fileOf(text: string): ReturnType<typeof file> {
  return file(new Uint8Array(Buffer.from(text, 'latin1')));
}

function isClean(parts: readonly MergePart[]): boolean {
  return parts.every((part) => part.type === 'text');
}

/** Texts, and conflicts as their three sides. */
function inOrder(parts: readonly MergePart[]): readonly (string | readonly string[])[] {
  const found: (string | readonly string[])[] = [];
  for (const part of parts) {
    const last = found.at(-1);
    if (part.type === 'conflict') found.push([part.base, part.ours, part.theirs]);
    else if (typeof last === 'string') found.splice(-1, 1, last + part.text);
    else if (part.text !== '') found.push(part.text);
  }
  return found;
}

/**
 * Git ends a side of a conflict with a line end of its choice where the file had none there, and shows
 * as a conflict what both sides changed to the same text by different diffs.
 */
function comparable(parts: readonly MergePart[]): string {
  const ended = (side: string): string => (side === '' ? '' : side.replace(/\r*\n?$/u, '\n'));
  const folded = parts.map((part): MergePart => {
    if (part.type === 'text' || ended(part.ours) !== ended(part.theirs)) return part;
    return { type: 'text', text: ended(part.ours) };
  });
  return JSON.stringify(
    inOrder(folded).map((part) => (typeof part === 'string' ? part : part.map(ended))),
  );
}

function alignmentOf(base: string, side: string): GitAlignment {
  const [oldLines, newLines] = [splitLines(base), splitLines(side)];
  const removed = oldLines.map(() => false);
  const added = newLines.map(() => false);
  for (const change of diffLineLists(oldLines, newLines)) {
    removed.fill(true, change.oldStart, change.oldEnd);
    added.fill(true, change.newStart, change.newEnd);
  }
  return { removed, added };
}

function editsOf({ removed, added }: GitAlignment): number {
  return [...removed, ...added].filter(Boolean).length;
}

/** Says the same of any right merge, however the texts are laid over each other. */
function checkSide(parts: readonly MergePart[], input: MergeCase, side: 'ours' | 'theirs'): void {
  const other = side === 'ours' ? 'theirs' : 'ours';
  const [base, mine, others] = [input.base, input[side], input[other]].map(splitLines);
  const known = new Set([...(base ?? []), ...(others ?? [])]);
  const result = parts.flatMap((part) => splitLines(part.type === 'text' ? part.text : part[side]));
  const own = (lines: readonly string[]): string[] => lines.filter((line) => !known.has(line));
  assert.deepEqual(own(result), own(mine ?? []), `lines that only ${side} has`);
  const inMine = new Set(mine);
  const gone = new Set((base ?? []).filter((line) => !inMine.has(line)));
  // A line that the other side added elsewhere, or moved there, is that side's own.
  const { added } = alignmentOf(input.base, input[other]);
  for (const [index, line] of (others ?? []).entries()) if (added[index]) gone.delete(line);
  const back = result.filter((line) => gone.has(line));
  assert.deepEqual(back, [], `lines that ${side} took away`);
}
