import assert from 'node:assert/strict';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { useCliBed } from './support/cliBed.ts';
import { assertOk, completeRun } from './support/reviewedRun.ts';
import { fingerprint, git, listFiles } from '../host/support/sampleWorkspace.ts';
import { agentThatDoes, editOf, workflow } from '../host/support/workflowScript.ts';

const bom = Buffer.from([0xef, 0xbb, 0xbf]);
const utf8 = (text: string) => Buffer.from(text);
const latin1 = (text: string) => Buffer.from(text, 'latin1');

/** Each file as it is and as it must be after the accept, to the byte; every agent turns old into new. */
const files: Readonly<Record<string, readonly [before: Buffer, after: Buffer]>> = {
  'crlf.txt': [utf8('one\r\nold\r\nthree\r\n'), utf8('one\r\nnew\r\nthree\r\n')],
  'mixed.txt': [utf8('one\nold\r\nthree\n'), utf8('one\nnew\r\nthree\n')],
  'bom.txt': [Buffer.concat([bom, utf8('old\n')]), Buffer.concat([bom, utf8('new\n')])],
  'bom-crlf.txt': [Buffer.concat([bom, utf8('old\r\n')]), Buffer.concat([bom, utf8('new\r\n')])],
  'no-final-newline.txt': [utf8('one\nold'), utf8('one\nnew')],
  'run.sh': [utf8('#!/bin/sh\necho old\n'), utf8('#!/bin/sh\necho new\n')],
  'latin1.txt': [latin1('café\nold\n'), latin1('café\nnew\n')],
  'emoji.txt': [utf8('🧑‍🚀 old\n'), utf8('🧑‍🚀 new\n')],
  'trailing.txt': [utf8('old  \t\n\n\n'), utf8('new  \t\n\n\n')],
};
const names = Object.keys(files);
const write = (path: string, text: string) => ({ name: 'write_file', input: { path, text } });
const edits = names.map((name) => editOf({ path: name, from: 'old', to: 'new' }));
const creations = [
  write('empty.txt', ''),
  write('späß "x" y.txt', 'a'),
  write('a b/c d.txt', 'é\n'),
];
const source = workflow(`await ${agentThatDoes([...edits, ...creations])};`);

describe('muster: bytes', () => {
  const test = useCliBed();
  let runId = '';

  beforeEach(async () => {
    const before = Object.fromEntries(names.map((name) => [name, files[name]?.[0] ?? '']));
    await test.bed.useSample(before);
    await chmod(path.join(test.bed.workspace, 'run.sh'), 0o755);
    await chmod(path.join(test.bed.workspace, 'crlf.txt'), 0o640);
    // What the user's git would do to line ends must not matter.
    await git(test.bed.workspace, 'config', 'core.autocrlf', 'true');
    runId = await completeRun(test.bed, source);
  });

  async function assertBytes(directory: string): Promise<void> {
    for (const name of names) {
      const bytes = await readFile(path.join(directory, name));
      assert.equal(bytes.toString('latin1'), files[name]?.[1].toString('latin1'), name);
    }
  }

  const modeOf = async (name: string) =>
    (await stat(path.join(test.bed.workspace, name))).mode & 0o777;

  it('come out exact after an accept, and the same as before after an undo', async () => {
    const before = await fingerprint(test.bed.workspace);
    assertOk(await test.bed.run('accept', runId, '--all'));
    await assertBytes(test.bed.workspace);
    assert.deepEqual([await modeOf('run.sh'), await modeOf('crlf.txt')], [0o755, 0o640]);
    assertOk(await test.bed.run('undo', runId));
    assert.deepEqual(await fingerprint(test.bed.workspace), before);
  });

  it('come out the same when git applies the patch', async () => {
    const patch = await test.bed.run('proposals', runId, '--patch');
    assertOk(patch);
    const patchFile = path.join(test.bed.root, 'run.patch');
    await writeFile(patchFile, patch.stdoutBytes);
    const clone = path.join(test.bed.root, 'clone');
    await git(test.bed.root, 'clone', '--quiet', test.bed.workspace, clone);
    await git(clone, 'apply', '--whitespace=nowarn', patchFile);
    await assertBytes(clone);
    assertOk(await test.bed.run('accept', runId, '--all'));
    const names = (await listFiles(clone)).toSorted();
    assert.deepEqual(await listFiles(test.bed.workspace), names);
  });
});
