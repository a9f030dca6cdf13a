import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import type { PlannedWrite, WriteOutcome } from '../../src/protocol/proposals.ts';
import { useApplyBed } from './support/applyBed.ts';
import { atTheLastMoment } from './support/atTheLastMoment.ts';
import { faces } from './support/faces.ts';
import { change, planOf, saidOf, types } from './support/plannedWrites.ts';

for (const [face, carryOut] of Object.entries(faces)) {
  describe(`A save at the moment of a write by ${face}`, () => {
    const test = useApplyBed();
    const file = (): string => test.bed.inside('a.txt');
    const save = (): void => writeFileSync(file(), 'USER');
    const saveBesideAndRename = (): void => {
      writeFileSync(test.bed.inside('a.txt~'), 'USER');
      renameSync(test.bed.inside('a.txt~'), file());
    };
    const apply = (write: PlannedWrite): Promise<readonly WriteOutcome[]> => {
      return carryOut(test.bed.folder, planOf([write]));
    };

    async function assertSaved(outcomes: readonly WriteOutcome[]): Promise<void> {
      assert.deepEqual(types(outcomes), ['refused'], saidOf(outcomes));
      assert.equal(await readFile(file(), 'utf8'), 'USER');
      assert.deepEqual(await test.bed.names(), ['a.txt']);
    }

    it('is never overwritten by a new file', async () => {
      const write = change('a.txt', null, 'agent');
      await assertSaved(await atTheLastMoment('linkSync', save, () => apply(write)));
    });

    it('is put back into a file that was being replaced, as the very file it was', async () => {
      await writeFile(file(), 'base');
      const { ino } = await stat(file());
      const write = change('a.txt', 'base', 'agent');
      await assertSaved(await atTheLastMoment('renameSync', save, () => apply(write)));
      assert.equal((await stat(file())).ino, ino);
    });

    it('is put back where a file was being deleted', async () => {
      await writeFile(file(), 'base');
      const write = change('a.txt', 'base', null);
      await assertSaved(await atTheLastMoment('renameSync', save, () => apply(write)));
    });

    it('is put back where a file was being deleted, also when it came as another file', async () => {
      await writeFile(file(), 'base');
      const write = change('a.txt', 'base', null);
      await assertSaved(
        await atTheLastMoment('renameSync', saveBesideAndRename, () => apply(write)),
      );
    });

    it('is kept in sight where a folder came in the place of a file that was being deleted', async () => {
      await writeFile(file(), 'base');
      const becomeFolder = (): void => {
        rmSync(file());
        mkdirSync(file());
        writeFileSync(test.bed.inside('a.txt/inside'), 'USER');
      };
      const write = change('a.txt', 'base', null);
      const outcomes = await atTheLastMoment('renameSync', becomeFolder, () => apply(write));
      const names = await test.bed.names();
      assert.deepEqual(types(outcomes), ['refused']);
      const kept = names.find((name) => name.endsWith('/inside')) ?? '';
      assert.match(kept, /^a\.txt(?:\.kept-[0-9a-f]{8})?\/inside$/u, names.join());
      assert.equal(await readFile(test.bed.inside(kept), 'utf8'), 'USER');
    });

    it('stays in a file that only was to become executable', async () => {
      await writeFile(file(), 'USER');
      await assertSaved(await apply(change('a.txt', 'base', 'base', { mode: 0o100755 })));
    });
  });
}
