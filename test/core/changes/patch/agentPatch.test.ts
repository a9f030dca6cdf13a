import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { agentPatch } from '../../../../src/core/changes/patch/agentPatch.ts';
import { scrubSecrets } from '../../../../src/core/journal/scrubSecrets.ts';
import { MAX_AGENT_PATCH_BYTES } from '../../../../src/core/limits.ts';
import type { FileContent } from '../../../../src/core/ports/fileView.ts';
import { fc } from '../../../support/fastCheck.ts';
import { listFiles } from '../../../host/support/sampleWorkspace.ts';
import { file, numbered } from '../changesSupport.ts';

type Tree = Readonly<Record<string, FileContent>>;

const run = promisify(execFile);
const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
const link = (target: string): FileContent => file(target, 0o120000);
const program = (text: string): FileContent => file(text, 0o100755);
const noise = (length: number, seed = 1): FileContent =>
  file(Uint8Array.from({ length }, (_, index) => (index * index * seed + (index >> 3)) & 0xff));

function patchOf(before: Tree, after: Tree, secrets: readonly string[] = []): string | null {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const changes = paths
    .map((name) => ({ path: name, base: before[name] ?? null, proposed: after[name] ?? null }))
    .filter(({ base, proposed }) => base !== proposed);
  const patch = agentPatch(changes, (text) => scrubSecrets(text, secrets));
  return patch === null ? null : Buffer.from(patch).toString('latin1');
}

async function writeTree(folder: string, tree: Tree): Promise<void> {
  for (const [name, { bytes, mode }] of Object.entries(tree)) {
    const target = path.join(folder, name);
    await mkdir(path.dirname(target), { recursive: true });
    if (mode === 0o120000) await symlink(Buffer.from(bytes).toString(), target);
    else await writeFile(target, bytes);
    if (mode === 0o100755) await chmod(target, 0o755);
  }
}

async function readTree(folder: string): Promise<Record<string, string>> {
  const tree: Record<string, string> = {};
  for (const name of await listFiles(folder)) {
    const target = path.join(folder, name);
    const stat = await lstat(target);
    const isLink = stat.isSymbolicLink();
    const bytes = isLink ? Buffer.from(await readlink(target)) : await readFile(target);
    const kind = isLink ? 'link' : (stat.mode & 0o100) === 0 ? 'file' : 'program';
    tree[name] = `${kind} ${bytes.toString('latin1')}`;
  }
  return tree;
}

/** Applies the patch with git to one tree and compares with the other; then back again. */
async function assertApplies(before: Tree, after: Tree): Promise<void> {
  const root = await mkdtemp(path.join(tmpdir(), 'agent-patch-'));
  const folder = (name: string): string => path.join(root, name);
  try {
    await Promise.all(['work', 'before', 'after'].map((name) => mkdir(folder(name))));
    await writeTree(folder('work'), before);
    await writeTree(folder('before'), before);
    await writeTree(folder('after'), after);
    await writeFile(folder('changes.patch'), patchOf(before, after) ?? '', 'latin1');
    const apply = ['apply', '--whitespace=nowarn', folder('changes.patch')];
    const cwd = folder('work');
    // In a repository of its own, so that no repository around it has a say.
    await run('git', ['init', '--quiet'], { cwd, env });
    await run('git', apply, { cwd, env });
    assert.deepEqual(await readTree(cwd), await readTree(folder('after')));
    await run('git', [...apply, '--reverse'], { cwd, env });
    assert.deepEqual(await readTree(cwd), await readTree(folder('before')));
  } finally {
    await rm(root, { recursive: true });
  }
}

const lines = numbered(40);
const text = file(lines.join(''));
const edited = file(lines.with(3, 'FOUR\n').with(30, 'THIRTY-ONE\n').join(''));

describe('the patch of an agent', function () {
  this.timeout(30_000);

  const cases: readonly [string, Tree, Tree][] = [
    ['an edit', { 'a.ts': text }, { 'a.ts': edited }],
    ['a new file in a new folder', {}, { 'lib/deep/new.ts': text }],
    ['a deleted file', { 'a.ts': text, 'keep.ts': text }, { 'keep.ts': text }],
    ['an empty file that comes', {}, { 'empty.ts': file('') }],
    ['an empty file that goes', { 'empty.ts': file(''), keep: text }, { keep: text }],
    ['a file that is emptied', { 'a.ts': text }, { 'a.ts': file('') }],
    ['a file that is filled', { 'a.ts': file('') }, { 'a.ts': text }],
    ['a move', { 'a.ts': text }, { 'lib/b.ts': text }],
    ['a move that makes it a program', { 'a.sh': file('x\n') }, { 'b.sh': program('x\n') }],
    ['two moves of equal files', { a: text, b: text }, { c: text, d: text }],
    ['a move with an edit', { 'a.ts': text }, { 'b.ts': edited }],
    ['a mode', { 'run.sh': file('#!/bin/sh\n') }, { 'run.sh': program('#!/bin/sh\n') }],
    ['a mode with an edit', { 'run.sh': program('a\nb\n') }, { 'run.sh': file('a\nc\n') }],
    ['a new program', {}, { 'run.sh': program('#!/bin/sh\n') }],
    ['no end of the last line', { a: file('a\nb') }, { a: file('a\nb\nc') }],
    ['line ends of all kinds', { a: file('a\r\nb\rc\n') }, { a: file('a\r\nb\rd\nc\r\n') }],
    ['another encoding', { a: file('äöü\n') }, { a: file(Uint8Array.of(0xe4, 0xf6, 0x0a)) }],
    ['a binary file', { 'a.bin': noise(3000) }, { 'a.bin': noise(3100, 7) }],
    ['a binary file that comes', {}, { 'a.bin': noise(1) }],
    ['a binary file that goes', { 'a.bin': noise(53), keep: text }, { keep: text }],
    ['a large binary file', { a: noise(65_535) }, { a: noise(200_000, 3) }],
    ['a text that becomes binary', { a: text }, { a: noise(500) }],
    ['a link that comes', { a: text }, { a: text, b: link('a') }],
    ['a link that turns', { a: text, b: link('a') }, { a: text, b: link('c') }],
    ['a link that becomes a file', { a: text, b: link('a') }, { a: text, b: text }],
    ['a file that becomes a folder', { a: text }, { 'a/b': edited }],
    ['a folder that becomes a file', { 'a/b': text }, { a: edited }],
    [
      'names that need quotes',
      { 'with space.ts': text, 'ta\tb.ts': text, 'qu"o\\te.ts': text, 'bäh.ts': text },
      { 'with space.ts': edited, 'ta\tb.ts': edited, 'qu"o\\te.ts': edited, 'new bäh.ts': text },
    ],
    [
      'everything at once',
      { a: text, b: noise(99), c: file('c\n'), 'd/e': text },
      { a: edited, b: noise(98, 5), c: program('c\n'), 'f/g': text, h: file('') },
    ],
  ];
  for (const [what, before, after] of cases) {
    it(`gives git what it needs for ${what}, and for the way back`, () =>
      assertApplies(before, after));
  }

  it('is right for random files', async () => {
    const content = fc.oneof(
      fc
        .array(fc.constantFrom('a\n', 'b\n', '\r\n', 'c', '\n', '\u00e4\n'))
        .map((parts) => file(parts.join(''))),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => file(new Uint8Array(bytes))),
      fc.constantFrom(program('a\n'), program('')),
    );
    const tree = fc.dictionary(fc.constantFrom('a', 'b.ts', 'lib/c', 'lib/d e'), content);
    await fc.assert(
      fc.asyncProperty(tree, tree, async (before, after) => {
        if (patchOf(before, after) === null) return;
        const isSame = patchOf(before, after) === '';
        if (!isSame) await assertApplies(before, after);
      }),
      { numRuns: 25 },
    );
  });

  it('shows an exact move as one', () => {
    assert.equal(
      patchOf({ 'a.ts': text }, { 'b.ts': text }),
      [
        'diff --git a/a.ts b/b.ts',
        'similarity index 100%',
        'rename from a.ts',
        'rename to b.ts',
        '',
      ].join('\n'),
    );
  });

  it('is none for an agent that changed nothing', () => {
    assert.equal(patchOf({ a: text }, { a: text }), null);
  });

  const token = `ghp_${'a1'.repeat(18)}`;

  it('holds no token, and still applies where the token was added', async () => {
    const before = { a: file('one\ntwo\n') };
    const after = { a: file(`one\nconst key = '${token}';\ntwo\n`) };
    assert.match(patchOf(before, after) ?? '', /^\+const key = '\[secret removed\]';$/mu);
    const shown = { a: file("one\nconst key = '[secret removed]';\ntwo\n") };
    await assertApplies(before, shown);
    assert.equal(patchOf(before, after), patchOf(before, shown));
  });

  it('takes a key out of one line of many, and out of names', () => {
    const pem = `-----BEGIN PRIVATE KEY-----\n${'QUJD\n'.repeat(30)}-----END PRIVATE KEY-----\n`;
    const after = pem.replace('QUJD\nQUJD\n', 'QUJD\nREVG\n');
    const patch = patchOf(
      { a: file(`x\n${pem}y\n`) },
      { a: file(`x\n${after}z\n`), [token]: text },
    );
    assert.ok(patch !== null);
    assert.doesNotMatch(patch, /QUJD|REVG|ghp_/u);
    assert.match(patch, /^\+z$/mu);
  });

  it('leaves a binary file out that holds one, says so, and applies all the same', async () => {
    const binary = file(`\0${token}`);
    const patch = patchOf({ a: text }, { a: edited, 'b.bin': binary }) ?? '';
    assert.match(
      patch,
      /^# left out: b\.bin: it is not text, and holds something that looks like a token\n/u,
    );
    assert.equal(patch.slice(patch.indexOf('\n') + 1), patchOf({ a: text }, { a: edited }));
    await assertApplies({ a: text, 'b.bin': binary }, { a: edited, 'b.bin': binary });
  });

  it('is bounded, names what does not fit, and keeps what does', () => {
    const large = file('x'.repeat(MAX_AGENT_PATCH_BYTES - 1000));
    const patch = patchOf({ a: text }, { a: edited, b: large, c: large, d: text }) ?? '';
    assert.ok(patch.length <= MAX_AGENT_PATCH_BYTES + 1000, String(patch.length));
    assert.match(patch, /^# left out: c: it would make the patch larger than 12\.6M bytes\n/u);
    assert.deepEqual(
      patch.match(/^diff --git a\/\w/gmu),
      ['a', 'b', 'd'].map((name) => `diff --git a/${name}`),
    );
  });
});
