import assert from 'node:assert/strict';
import { applyHunks, computeHunks } from '../../../../src/core/changes/text/hunks.ts';
import { numbered } from '../changesSupport.ts';
import { fc } from '../../../support/fastCheck.ts';

const text = fc
  .array(fc.constantFrom('a\n', 'b\n', 'c\r\n', '\n', 'd'), { maxLength: 40 })
  .map((parts) => parts.join(''));

describe('hunks', () => {
  it('give the proposal when all are applied, and the base when none is', () => {
    fc.assert(
      fc.property(text, text, (base, proposed) => {
        const hunks = computeHunks({ path: 'f', base, proposed });
        assert.equal(
          applyHunks(base, hunks, () => true),
          proposed,
        );
        assert.equal(
          applyHunks(base, hunks, () => false),
          base,
        );
        assert.equal(new Set(hunks.map((hunk) => hunk.hunkId)).size, hunks.length);
      }),
      { numRuns: 300 },
    );
  });

  it('join changes with up to three unchanged lines between them', () => {
    const lines = numbered(20);
    const count = (second: number): number =>
      computeHunks({
        path: 'f',
        base: lines.join(''),
        proposed: lines.with(2, 'x\n').with(second, 'y\n').join(''),
      }).length;
    assert.deepEqual([count(6), count(7)], [1, 2]);
  });

  it('say where they stand and how much they change', () => {
    const [first, second] = computeHunks({
      path: 'f',
      base: numbered(12).join(''),
      proposed: ['new\n', ...numbered(12).toSpliced(9, 1)].join(''),
    });
    const place = (hunk: typeof first): (number | undefined)[] => [
      hunk?.baseStart,
      hunk?.baseLines,
      hunk?.proposedStart,
      hunk?.proposedLines,
      hunk?.added,
      hunk?.removed,
    ];
    assert.deepEqual(place(first), [1, 0, 1, 1, 1, 0]);
    assert.deepEqual(place(second), [10, 1, 11, 0, 0, 1]);
  });

  it('keep their ids when other parts of the file change', () => {
    const lines = numbered(20);
    const ids = (proposed: readonly string[]): string[] =>
      computeHunks({ path: 'f', base: lines.join(''), proposed: proposed.join('') }).map(
        (hunk) => hunk.hunkId,
      );
    const [alone] = ids(lines.with(15, 'x\n'));
    assert.equal(ids(['head\n', ...lines.with(15, 'x\n')])[1], alone);
  });
});
