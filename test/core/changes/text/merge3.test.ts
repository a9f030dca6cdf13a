import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { diffLineLists } from '../../../../src/core/changes/text/lineDiff.ts';
import { merge3, type MergeInput } from '../../../../src/core/changes/text/merge3.ts';
import { fc } from '../../../support/fastCheck.ts';

const run = promisify(execFile);

function check(base: string, ours: string, theirs: string, expected: string): void {
  const result = merge3({ base, ours, theirs });
  assert.equal(result.type === 'merged' ? result.text : 'conflict', expected);
}

describe('merge3', () => {
  it('keeps edits of both sides', () => {
    check('a\nb\nc\nd\n', 'A\nb\nc\nd\n', 'a\nb\nc\nD\n', 'A\nb\nc\nD\n');
  });

  it('counts equal edits once', () => {
    check('a\nb\nc\n', 'a\nX\nc\n', 'a\nX\nc\n', 'a\nX\nc\n');
    check('a\nb\nc\nd\ne\n', 'a\nX\nc\nd\nE\n', 'a\nX\nc\nd\ne\n', 'a\nX\nc\nd\nE\n');
  });

  it('calls edits of the same or of touching lines a conflict', () => {
    check('a\nb\nc\n', 'a\nX\nc\n', 'a\nY\nc\n', 'conflict');
    check('a\nb\nc\n', 'X\nb\nc\n', 'a\nY\nc\n', 'conflict');
    check('a\nc\n', 'a\nX\nc\n', 'a\nY\nc\n', 'conflict');
    check('a\nb\nc\n', 'a\nc\n', 'a\nB\nc\n', 'conflict');
  });

  it('treats line ends and a missing final one as part of the line', () => {
    check('a\r\nb\r\nc\r\nd', 'A\r\nb\r\nc\r\nd', 'a\r\nb\r\nc\r\nd\n', 'A\r\nb\r\nc\r\nd\n');
    check('a\nb\nc', 'a\r\nb\r\nc', 'a\nX\nc', 'conflict');
  });

  it('says where a conflict is and what both sides have there', () => {
    const result = merge3({ base: '1\n2\n3\n4\n', ours: '1\n2\nX\n4\n', theirs: '1\n2\nY\n4\n' });
    assert.deepEqual(result, {
      type: 'conflict',
      regions: [{ baseStart: 3, baseLines: 1, base: '3\n', ours: 'X\n', theirs: 'Y\n' }],
    });
  });

  it('agrees with git merge-file on random texts', async function () {
    this.timeout(20_000);
    const cases = fc.sample(mergeCase(), { numRuns: 400, seed: 20_261 });
    const theirs = await gitMergeAll(cases);
    const ours = cases.map((input) => {
      const result = merge3(input);
      return result.type === 'merged' ? result.text : null;
    });
    assert.deepEqual(ours, theirs);
    const clean = ours.filter((text) => text !== null).length;
    assert.ok(clean > 50 && clean < 350, `both outcomes must occur, ${clean} were clean`);
  });
});

describe('diffLineLists', () => {
  it('gives changes that rebuild the new text, with a common line between any two', () => {
    const lines = fc.array(fc.constantFrom('a\n', 'b\n', 'c\n', 'd\n'), { maxLength: 30 });
    fc.assert(
      fc.property(lines, lines, (oldLines, newLines) => {
        const changes = diffLineLists(oldLines, newLines);
        assert.deepEqual(rebuild(oldLines, newLines), newLines);
        for (const [index, change] of changes.entries())
          assert.ok(index === 0 || change.oldStart > (changes[index - 1]?.oldEnd ?? 0));
      }),
    );
  });

  it('stays correct and quick on 50,000 lines with 15,000 edits', function () {
    this.timeout(5000);
    const oldLines = Array.from({ length: 50_000 }, (_, index) => `line ${index} ${index % 97}\n`);
    const fresh = oldLines.map((line, index) => (index % 3 === 0 ? `new ${index}\n` : line));
    const repeated = oldLines.map((line, index) => (index % 3 === 0 ? '}\n' : line));
    const reversed = [...oldLines].reverse();
    for (const newLines of [fresh, repeated, reversed])
      assert.deepEqual(rebuild(oldLines, newLines), newLines);
    assert.equal(diffLineLists(oldLines, fresh).length, 16_667);
  });

  it('finds a moved block between anchors when the texts are too different as a whole', () => {
    const oldLines = Array.from({ length: 4000 }, (_, index) => `line ${index}\n`);
    const newLines = [...oldLines.slice(1000), ...oldLines.slice(0, 1000)];
    assert.equal(diffLineLists(oldLines, newLines).length, 2);
  });
});

function rebuild(oldLines: readonly string[], newLines: readonly string[]): string[] {
  const output: string[] = [];
  let index = 0;
  for (const change of diffLineLists(oldLines, newLines)) {
    for (; index < change.oldStart; index++) output.push(oldLines[index] ?? '');
    for (let at = change.newStart; at < change.newEnd; at++) output.push(newLines[at] ?? '');
    index = change.oldEnd;
  }
  for (; index < oldLines.length; index++) output.push(oldLines[index] ?? '');
  return output;
}

interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: readonly string[];
}

/** Texts with few different lines, so that the place of a change is often open to choice. */
function mergeCase(): fc.Arbitrary<MergeInput> {
  return fc.constantFrom(4, 12, 300).chain((variety) => {
    const line = fc.nat(variety).map((number) => `l${number}\n`);
    const edit = fc.record({
      at: fc.nat(30),
      remove: fc.nat(2),
      insert: fc.array(line, { maxLength: 3 }),
    });
    const edits = fc.array(edit, { maxLength: 4 });
    const final = fc.constantFrom(true, true, true, false);
    return fc
      .tuple(fc.array(line, { maxLength: 30 }), edits, edits, final)
      .map(([base, ours, theirs, hasEnd]) => ({
        base: base.join(''),
        ours: edited(base, ours).join(''),
        theirs: hasEnd ? edited(base, theirs).join('') : edited(base, theirs).join('').slice(0, -1),
      }));
  });
}

function edited(lines: readonly string[], edits: readonly Edit[]): string[] {
  const output = [...lines];
  for (const { at, remove, insert } of edits)
    output.splice(at % (output.length + 1), remove, ...insert);
  return output;
}

/** The text of each clean merge, null for each conflict; one shell for all of them. */
async function gitMergeAll(cases: readonly MergeInput[]): Promise<(string | null)[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'merge3-'));
  try {
    for (const [index, { base, ours, theirs }] of cases.entries())
      await Promise.all([
        writeFile(path.join(folder, `${index}.base`), base),
        writeFile(path.join(folder, `${index}.ours`), ours),
        writeFile(path.join(folder, `${index}.theirs`), theirs),
      ]);
    const script = `for i in $(seq 0 ${cases.length - 1}); do git merge-file -p $i.ours $i.base $i.theirs > $i.out 2>/dev/null; echo $?; done`;
    const { stdout } = await run('sh', ['-c', script], { cwd: folder });
    const codes = stdout.trim().split('\n');
    return await Promise.all(
      codes.map(async (code, index) =>
        code === '0' ? readFile(path.join(folder, `${index}.out`), 'utf8') : null,
      ),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}
