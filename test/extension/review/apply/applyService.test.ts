import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { ApplyService } from '../../../../src/extension/review/apply/applyService.ts';
import { useApplyBed } from '../../../apply/support/applyBed.ts';
import {
  change,
  planOf,
  saidOf,
  sha256,
  types,
  written,
} from '../../../apply/support/plannedWrites.ts';

describe('The apply service of the editor', () => {
  const test = useApplyBed();
  const replaced: (readonly [string | null, string])[] = [];

  /** An editor with unsaved text in `dirty.txt`, which takes what it is given. */
  const service = (): ApplyService => {
    replaced.length = 0;
    return new ApplyService({
      folder: () => test.bed.folder,
      findUnsaved: (files) => {
        if (!files.includes(test.bed.inside('dirty.txt'))) return null;
        return {
          replace: (expected, bytes) => {
            replaced.push([expected, Buffer.from(bytes).toString('utf8')]);
            return Promise.resolve(null);
          },
        };
      },
    });
  };

  beforeEach(() => writeFile(test.bed.inside('dirty.txt'), 'disk'));

  it('hands a file with unsaved text to the editor and leaves the disk alone', async () => {
    await service().carryOut(planOf([change('dirty.txt', 'typed', 'merged')]));
    assert.deepEqual(replaced, [[sha256('typed'), 'merged']]);
    assert.equal(await readFile(test.bed.inside('dirty.txt'), 'utf8'), 'disk');
  });

  it('changes the mode of a file with unsaved text on the disk, and not its text', async () => {
    const write = change('dirty.txt', 'typed', 'typed', { mode: 0o100755 });
    assert.deepEqual(await service().carryOut(planOf([write])), [written('dirty.txt')]);
    const { mode } = await stat(test.bed.inside('dirty.txt'));
    assert.deepEqual([replaced, mode & 0o777], [[], 0o755]);
    assert.equal(await readFile(test.bed.inside('dirty.txt'), 'utf8'), 'disk');
  });

  it('refuses to delete a file with unsaved text', async () => {
    const outcomes = await service().carryOut(planOf([change('dirty.txt', 'typed', null)]));
    assert.match(saidOf(outcomes), /unsaved changes/u);
  });

  it('applies the same write once when it is asked twice', async () => {
    await writeFile(test.bed.inside('twice.txt'), 'a');
    const twice = service();
    const plan = planOf([change('twice.txt', 'a', 'b')]);
    const [first, second] = await Promise.all([twice.carryOut(plan), twice.carryOut(plan)]);
    assert.deepEqual([...types(first), ...types(second)], ['written', 'refused']);
  });

  it('refuses every file when no folder is open', async () => {
    const closed = new ApplyService({ folder: () => null, findUnsaved: () => null });
    const outcomes = await closed.carryOut(
      planOf([change('a', null, 'b'), change('c', null, 'd')]),
    );
    assert.deepEqual(types(outcomes), ['refused', 'refused']);
  });
});
