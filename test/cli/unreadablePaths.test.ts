import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { agentThatDoes, workflow } from '../host/support/workflowScript.ts';
import { useCliBed } from './support/cliBed.ts';
import { assertOk, completeRun, fileOf, proposalsOf } from './support/reviewedRun.ts';

const write = (name: string) => ({ name: 'write_file', input: { path: name, text: 'agent\n' } });
const source = workflow(
  `await ${agentThatDoes(['one.txt', 'lib/two.txt', 'three.txt'].map(write), { label: 'three' })};`,
);

describe('A path of a run that cannot be read as a file', () => {
  const test = useCliBed();
  let runId = '';
  const inside = (name: string) => path.join(test.bed.workspace, name);

  beforeEach(async () => {
    await test.bed.useSample({ 'one.txt': 'base\n', 'three.txt': 'base\n' });
    runId = await completeRun(test.bed, source);
  });

  const obstacles: Readonly<Record<string, () => Promise<void>>> = {
    'a folder in its place': async () => {
      await rm(inside('one.txt'));
      await mkdir(inside('one.txt'));
    },
    'a named pipe': async () => {
      await rm(inside('one.txt'));
      execFileSync('mkfifo', [inside('one.txt')]);
    },
    'a link': async () => {
      await rename(inside('one.txt'), inside('elsewhere.txt'));
      await symlink('elsewhere.txt', inside('one.txt'));
    },
    'a link that leads to itself': async () => {
      await rm(inside('one.txt'));
      await symlink('one.txt', inside('one.txt'));
    },
  };
  for (const [name, put] of Object.entries(obstacles)) {
    it(`is a conflict with its reason, and hides nothing else: ${name}`, async () => {
      await put();
      const set = await proposalsOf(test.bed, runId);
      const [hunk] = fileOf(set, 'one.txt').hunks;
      assert.equal(hunk?.state, 'conflict');
      assert.match(hunk.conflictReason ?? '', /^Cannot apply one\.txt: \S.*\. Put the file back/u);
      assert.equal(fileOf(set, 'three.txt').hunks[0]?.state, 'pending');
      const accepted = await test.bed.run('accept', runId, '--all');
      assert.equal(accepted.exitCode, 1);
      assert.match(accepted.stdout, /Applied to 2 files/u);
      assert.equal(await readFile(inside('three.txt'), 'utf8'), 'agent\n');
    });
  }

  it('keeps a folder that became a link out of the workspace untouched', async () => {
    const outside = path.join(test.bed.root, 'outside');
    await mkdir(outside);
    await rename(inside('lib'), inside('lib.moved'));
    await symlink(outside, inside('lib'));
    const accepted = await test.bed.run('accept', runId, '--file', 'lib/two.txt');
    assert.equal(accepted.exitCode, 1);
    await assert.rejects(stat(path.join(outside, 'two.txt')), { code: 'ENOENT' });
    assertOk(await test.bed.run('accept', runId, '--file', 'three.txt'));
  });
});
