import assert from 'node:assert/strict';
import { link, mkdir, readFile, writeFile } from 'node:fs/promises';
import { settleLeftovers, type OpenWrite } from '../../src/apply/settleLeftovers.ts';
import { temporaryFilesFor } from '../../src/apply/temporaryFiles.ts';
import { useApplyBed } from './support/applyBed.ts';
import { sha256, type Content } from './support/plannedWrites.ts';

describe('What a killed accept left beside a file', () => {
  const test = useApplyBed();

  const settle = (
    before: Content,
    after: Content,
    more: Partial<OpenWrite> = {},
  ): Promise<void> => {
    const [beforeSha256, afterSha256] = [sha256(before), sha256(after)];
    const write = {
      path: 'src/a.txt',
      beforeSha256,
      afterSha256,
      madeFolders: [],
      emptyFolders: [],
      ...more,
    };
    return settleLeftovers(test.bed.folder, 'd', write);
  };
  const file = (): string => test.bed.inside('src/a.txt');
  const temporary = () =>
    temporaryFilesFor({ decisionId: 'd', path: 'src/a.txt', realFile: file() });

  beforeEach(() => mkdir(test.bed.inside('src')));

  it('goes, when it is half of a new text', async () => {
    await writeFile(file(), 'base');
    await writeFile(temporary().newFile, 'age');
    await settle('base', 'agent');
    assert.deepEqual(await test.bed.names(), ['src', 'src/a.txt']);
  });

  it('goes, when it is a second name of the file, or of what was replaced', async () => {
    await writeFile(file(), 'base');
    await link(file(), temporary().oldFile);
    await settle('base', 'agent');
    await writeFile(temporary().oldFile, 'base');
    await writeFile(file(), 'agent');
    await settle('base', 'agent');
    assert.deepEqual(await test.bed.names(), ['src', 'src/a.txt']);
    assert.equal(await readFile(file(), 'utf8'), 'agent');
  });

  it('goes back into its place, when somebody saved into it after the last look', async () => {
    await writeFile(temporary().oldFile, 'USER');
    await writeFile(file(), 'agent');
    await settle('base', 'agent');
    assert.equal(await readFile(file(), 'utf8'), 'USER');
    assert.deepEqual(await test.bed.names(), ['src', 'src/a.txt']);
  });

  it('goes back into its place, when a file that was saved was being deleted', async () => {
    await writeFile(temporary().oldFile, 'USER');
    await settle('base', null);
    assert.equal(await readFile(file(), 'utf8'), 'USER');
  });

  it('is kept under a name of its own, when its place holds something else by now', async () => {
    await writeFile(temporary().oldFile, 'USER');
    await writeFile(file(), 'later');
    await settle('base', 'agent');
    const kept = (await test.bed.names()).find((name) => name.includes('.kept-')) ?? '';
    assert.equal(await readFile(test.bed.inside(kept), 'utf8'), 'USER');
    assert.equal(await readFile(file(), 'utf8'), 'later');
  });

  it('is brought back in sight, when it is a folder', async () => {
    await mkdir(temporary().oldFile);
    await writeFile(`${temporary().oldFile}/inside`, 'USER');
    await settle('base', null);
    const names = await test.bed.names();
    const kept = names.find((name) => name.endsWith('/inside')) ?? '';
    assert.match(kept, /^src\/a\.txt\.kept-[0-9a-f]{8}\/inside$/u, names.join());
  });

  it('goes with the folders that were made for a file which never came', async () => {
    await settle(null, 'agent', { madeFolders: ['src'] });
    assert.deepEqual(await test.bed.names(), []);
  });

  it('is no reason to touch anything else', async () => {
    await writeFile(file(), 'base');
    await writeFile(test.bed.inside('src/.other.old.muster-tmp'), 'of another decision');
    await settle('base', 'agent');
    assert.deepEqual(await test.bed.names(), ['src', 'src/.other.old.muster-tmp', 'src/a.txt']);
  });
});
