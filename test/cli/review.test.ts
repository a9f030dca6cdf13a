import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { useCliBed } from './support/cliBed.ts';
import { assertOk, completeRun, fileOf, proposalsOf, statesOf } from './support/reviewedRun.ts';

import { fingerprint, git } from '../host/support/sampleWorkspace.ts';
import { agentThatDoes, editOf, workflow } from '../host/support/workflowScript.ts';

const money = 'lib/util/money.js';
const tax = 'lib/pricing/tax.js';
const first = { path: money, from: "currency || 'EUR'", to: "currency ?? 'EUR'" };
const second = { path: money, from: "cents < 0 ? '-' : ''", to: "cents < 0 ? '−' : ''" };
const create = { name: 'write_file', input: { path: 'lib/new.js', text: "'use strict';\n" } };
const remove = { name: 'delete_file', input: { path: tax } };

const source = workflow(`
  await ${agentThatDoes([editOf(first), editOf(second)], { label: 'money', group: 'Money' })};
  await ${agentThatDoes([create, remove], { label: 'files', group: 'Files' })};`);

describe('muster: reviewing a run', () => {
  const test = useCliBed();
  let runId = '';

  beforeEach(async () => {
    await test.bed.useSample();
    runId = await completeRun(test.bed, source);
  });

  const read = (name: string) => readFile(path.join(test.bed.workspace, name), 'utf8');
  const write = (name: string, text: string) =>
    writeFile(path.join(test.bed.workspace, name), text);

  it('lists groups, files and hunks, as a tree and as data', async () => {
    const tree = await test.bed.run('proposals', runId);
    assertOk(tree);
    assert.match(tree.stdout, /^Money {2}\(group-\w+\)\n {2}lib\/util\/money\.js {2}modify\n/mu);
    assert.match(tree.stdout, /^ {2}lib\/new\.js {2}create$/mu);
    assert.match(tree.stdout, /^ {2}lib\/pricing\/tax\.js {2}delete$/mu);
    assert.match(tree.stdout, /^ {4}\S+ {2}line 12 {2}\+1 -1 {2}pending$/mu);
    const set = await proposalsOf(test.bed, runId);
    assert.deepEqual(
      set.groups.map((group) => group.title),
      ['Money', 'Files'],
    );
    assert.deepEqual(statesOf(set, money), ['pending', 'pending']);
  });

  it('prints a patch that git applies to the same bytes as an accept', async () => {
    const { stdout: patch } = await test.bed.run('proposals', runId, '--patch');
    const patchFile = path.join(test.bed.root, 'run.patch');
    await writeFile(patchFile, patch);
    const clone = path.join(test.bed.root, 'clone');
    await git(test.bed.root, 'clone', '--quiet', test.bed.workspace, clone);
    await git(clone, 'apply', '--whitespace=nowarn', patchFile);
    assertOk(await test.bed.run('accept', runId, '--all'));
    assert.deepEqual(await fingerprint(test.bed.workspace), await fingerprint(clone));
  });

  it('accepts one hunk, then the file, and undoes the newest first', async () => {
    const before = await read(money);
    const [hunk] = fileOf(await proposalsOf(test.bed, runId), money).hunks;
    assertOk(await test.bed.run('accept', runId, '--hunk', hunk?.hunkId ?? ''));
    const withFirst = before.replace(first.from, first.to);
    assert.equal(await read(money), withFirst);
    assert.deepEqual(statesOf(await proposalsOf(test.bed, runId), money), ['accepted', 'pending']);
    assertOk(await test.bed.run('accept', runId, '--file', money));
    assert.equal(await read(money), withFirst.replace(second.from, second.to));
    assertOk(await test.bed.run('undo', runId));
    assert.equal(await read(money), withFirst);
    assertOk(await test.bed.run('undo', runId));
    assert.equal(await read(money), before);
    assert.deepEqual(statesOf(await proposalsOf(test.bed, runId), money), ['pending', 'pending']);
    const nothing = await test.bed.run('undo', runId);
    assert.match(nothing.stderr, /^Nothing to undo: [^\n]*\n$/u);
    assert.equal(nothing.exitCode, 1);
  });

  it('accepts and undoes a group with a new and a deleted file', async () => {
    const before = await fingerprint(test.bed.workspace);
    const accepted = await test.bed.run('accept', runId, '--group', 'Files');
    assertOk(accepted);
    assert.match(accepted.stdout, /^Applied to 2 files \(decision \S+\)\.$/mu);
    assert.equal(await read('lib/new.js'), create.input.text);
    await assert.rejects(read(tax), { code: 'ENOENT' });
    const decision = /decision (\S+)\)/u.exec(accepted.stdout)?.[1] ?? '';
    assertOk(await test.bed.run('undo', runId, decision));
    assert.deepEqual(await fingerprint(test.bed.workspace), before);
  });

  it('accepts twice without harm', async () => {
    assertOk(await test.bed.run('accept', runId, '--all'));
    const after = await fingerprint(test.bed.workspace);
    const again = await test.bed.run('accept', runId, '--all');
    assertOk(again);
    assert.match(again.stdout, /0 files/u);
    const { hunks } = fileOf(await proposalsOf(test.bed, runId), money);
    const named = await test.bed.run('accept', runId, '--hunk', hunks[0]?.hunkId ?? '');
    assert.match(named.stdout, /accepted already/u);
    assert.equal(named.exitCode, 1);
    assert.deepEqual(await fingerprint(test.bed.workspace), after);
  });

  it('merges into a file that the user changed elsewhere', async () => {
    const edited = `// mine\n${await read(money)}`;
    await write(money, edited);
    assertOk(await test.bed.run('accept', runId, '--file', money));
    const expected = edited.replace(first.from, first.to).replace(second.from, second.to);
    assert.equal(await read(money), expected);
    assertOk(await test.bed.run('undo', runId));
    assert.equal(await read(money), edited);
  });

  it('refuses a hunk on a line that the user changed, and applies the rest', async () => {
    const edited = (await read(money)).replace(first.from, "currency || 'CHF'");
    await write(money, edited);
    assert.deepEqual(statesOf(await proposalsOf(test.bed, runId), money), ['conflict', 'pending']);
    const [hunk] = fileOf(await proposalsOf(test.bed, runId), money).hunks;
    const refused = await test.bed.run('accept', runId, '--hunk', hunk?.hunkId ?? '');
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stdout, /not applied: Cannot apply lib\/util\/money\.js: .*same lines/u);
    assert.equal(await read(money), edited);
    const rest = await test.bed.run('accept', runId, '--file', money);
    assert.equal(rest.exitCode, 1);
    assert.equal(await read(money), edited.replace(second.from, second.to));
  });

  it('leaves a file alone that was to be deleted and changed meanwhile', async () => {
    const edited = `${await read(tax)}// still needed\n`;
    await write(tax, edited);
    const result = await test.bed.run('accept', runId, '--all');
    assert.equal(result.exitCode, 1);
    assert.match(result.stdout, /not applied: Cannot apply lib\/pricing\/tax\.js/u);
    assert.equal(await read(tax), edited);
    assert.equal(await read('lib/new.js'), create.input.text);
  });

  it('refuses an undo where the user went on editing', async () => {
    assertOk(await test.bed.run('accept', runId, '--file', money));
    const edited = (await read(money)).replace(first.to, "currency ?? 'CHF'");
    await write(money, edited);
    const result = await test.bed.run('undo', runId);
    assert.equal(result.exitCode, 1);
    assert.match(result.stdout, /not applied: Cannot apply lib\/util\/money\.js/u);
    assert.equal(await read(money), edited);
  });

  it('rejects: what is rejected is never applied', async () => {
    const [hunk] = fileOf(await proposalsOf(test.bed, runId), money).hunks;
    const rejected = await test.bed.run('reject', runId, '--hunk', hunk?.hunkId ?? '');
    assertOk(rejected);
    assert.match(rejected.stdout, /3 hunks still pending/u);
    const { stdout: patch } = await test.bed.run('proposals', runId, '--patch');
    assert.ok(!patch.includes(first.to) && patch.includes(second.to), patch);
    const before = await read(money);
    assertOk(await test.bed.run('accept', runId, '--all'));
    assert.equal(await read(money), before.replace(second.from, second.to));
    assert.deepEqual(statesOf(await proposalsOf(test.bed, runId), money), ['rejected', 'accepted']);
    const shown = await test.bed.run('show', runId, '--json');
    assert.partialDeepStrictEqual(JSON.parse(shown.stdout), { proposals: { pending: 0 } });
  });

  it('says what there is when a selector names nothing', async () => {
    const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
      [['accept', runId], 2, /^Name what: --all, --group G, --file PATH or --hunk ID\.\n$/u],
      [['accept', runId, '--group', 'Nope'], 2, /No group "Nope"\. Groups: Money, Files\.\n$/u],
      [['accept', runId, '--file', 'nope.js'], 1, /proposes no change of nope\.js/u],
      [['accept', runId, '--hunk', 'nope'], 1, /no hunk nope any more/u],
      [['reject', runId, '--file', 'nope.js'], 1, /proposes no change of nope\.js/u],
      [['undo', runId, 'nope'], 1, /Cannot undo nope: there is no such decision\./u],
    ];
    for (const [args, exitCode, sentence] of cases) {
      const result = await test.bed.run(...args);
      assert.match(result.stdout + result.stderr, sentence);
      assert.equal(result.exitCode, exitCode, args.join(' '));
    }
  });

  it('writes nothing through a folder that became a link out of the workspace', async () => {
    const outside = path.join(test.bed.root, 'outside');
    const { rename, symlink } = await import('node:fs/promises');
    await rename(path.join(test.bed.workspace, 'lib'), outside);
    await symlink(outside, path.join(test.bed.workspace, 'lib'));
    const before = await fingerprint(outside);
    const result = await test.bed.run('accept', runId, '--all');
    assert.equal(result.exitCode, 1);
    assert.match(result.stdout, /not applied: .*out of the workspace/u);
    assert.deepEqual(await fingerprint(outside), before);
  });

  it('accepts a new file where its folder is gone', async () => {
    await rm(path.join(test.bed.workspace, 'lib'), { recursive: true });
    const result = await test.bed.run('accept', runId, '--file', 'lib/new.js');
    assertOk(result);
    assert.equal(await read('lib/new.js'), create.input.text);
  });
});

describe('muster: reviewing what is flagged', () => {
  const test = useCliBed();
  const ci = '.github/workflows/ci.yml';
  const work = [
    { name: 'write_file', input: { path: ci, text: 'on: push\n' } },
    { name: 'write_file', input: { path: 'lib/new.js', text: "'use strict';\n" } },
  ];

  it('leaves it out of --all and --group with the reason, and takes it by its name', async () => {
    await test.bed.useSample();
    const script = workflow(`await ${agentThatDoes(work, { label: 'ci', group: 'CI' })};`);
    const runId = await completeRun(test.bed, script);
    const tree = await test.bed.run('proposals', runId);
    assert.match(tree.stdout, /ci\.yml {2}create {2}! CI file: it runs on your build machines\./u);
    const files = (): Promise<Record<string, string>> => fingerprint(test.bed.workspace);
    for (const selector of [['--all'], ['--group', 'CI']]) {
      const bulk = await test.bed.run('accept', runId, ...selector);
      assert.equal(bulk.exitCode, 1);
      assert.match(
        bulk.stdout,
        /not applied: \.github\/workflows\/ci\.yml needs an accept of its/u,
      );
      assert.deepEqual([ci in (await files()), 'lib/new.js' in (await files())], [false, true]);
    }
    assertOk(await test.bed.run('accept', runId, '--file', ci));
    assert.equal(ci in (await files()), true);
  });
});
