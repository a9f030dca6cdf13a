import assert from 'node:assert/strict';
import { watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { git, fingerprint } from '../host/support/sampleWorkspace.ts';
import { agentThatDoes, workflow } from '../host/support/workflowScript.ts';
import { useCliBed } from './support/cliBed.ts';
import { assertOk, completeRun, proposalsOf, statesOf } from './support/reviewedRun.ts';

const FILES = 60;
const names = Array.from({ length: FILES }, (_, index) => `made/${index}.txt`);
const create = (name: string) => ({ name: 'write_file', input: { path: name, text: `${name}\n` } });
const source = workflow(`await ${agentThatDoes(names.map(create), { label: 'many' })};`);

describe('An accept in the terminal whose process is killed', () => {
  const test = useCliBed();
  let runId = '';
  let before: Readonly<Record<string, string>> = {};

  beforeEach(async () => {
    await test.bed.useSample();
    before = await fingerprint(test.bed.workspace);
    runId = await completeRun(test.bed, source);
  });

  /** Kills the accept as soon as it makes the folder of its files. */
  async function killedAccept(): Promise<number> {
    const watcher = watch(test.bed.workspace);
    const accept = test.bed.start(['accept', runId, '--all']);
    watcher.once('change', () => accept.kill());
    await accept.ended;
    watcher.close();
    return (await made()).length;
  }

  async function made(): Promise<readonly string[]> {
    const folder = path.join(test.bed.workspace, 'made');
    // It may not exist yet, or not any more.
    return readdir(folder).catch(() => []);
  }

  it('is known, is finished with --finish, and can be undone to the last byte', async () => {
    const written = await killedAccept();
    const set = await proposalsOf(test.bed, runId);
    const states = names.map((name) => statesOf(set, name)[0]);
    assert.equal(states.filter((state) => state === 'accepted').length, (await made()).length);
    if (written < FILES) {
      assert.match(
        (await test.bed.run('proposals', runId)).stdout,
        /was cut off: \d+ of 60 files/u,
      );
    }
    assertOk(await test.bed.run('accept', runId, '--finish'));
    assert.equal((await made()).length, FILES);
    // Two accepts, both taken back.
    while ((await test.bed.run('undo', runId)).exitCode === 0);
    assert.deepEqual(await fingerprint(test.bed.workspace), before);
  });

  it('can be undone at once, and leaves nothing behind', async () => {
    await killedAccept();
    await test.bed.run('undo', runId);
    assert.deepEqual(await fingerprint(test.bed.workspace), before);
    assert.match(await git(test.bed.workspace, 'status', '--porcelain'), /^$/u);
  });
});
