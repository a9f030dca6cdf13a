import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { PlannedWrite, WriteOutcome } from '../../../../src/protocol/proposals.ts';
import { ApplyService } from '../../../../src/extension/review/apply/applyService.ts';

describe('the apply service', () => {
  let root = '';
  let folder = '';
  let service: ApplyService;

  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'muster-apply-'));
    folder = path.join(root, 'workspace');
    await mkdir(folder);
    service = new ApplyService({ folder: () => folder, findDirty: () => null });
  });

  afterEach(() => rm(root, { recursive: true, force: true }));

  describe('writes exactly the planned bytes', () => {
    const cases: readonly (readonly [string, Buffer, Buffer])[] = [
      ['CRLF', Buffer.from('a\r\nb\r\n'), Buffer.from('a\r\nB\r\n')],
      ['mixed line ends', Buffer.from('a\r\nb\nc\r'), Buffer.from('a\r\nB\nc\r')],
      ['a byte order mark', Buffer.from('\uFEFFa\n'), Buffer.from('\uFEFFA\n')],
      ['no newline at the end', Buffer.from('a\nb'), Buffer.from('a\nB')],
      ['bytes that are not UTF-8', Buffer.from([0xe4, 0x0a]), Buffer.from([0xe4, 0xf6, 0x0a])],
      ['an empty file', Buffer.from('a'), Buffer.alloc(0)],
    ];
    for (const [name, before, after] of cases) {
      it(name, async () => {
        await writeFile(inside('file.txt'), before);
        assert.deepEqual(await apply(change('file.txt', before, after)), [written('file.txt')]);
        assert.deepEqual(await readFile(inside('file.txt')), after);
      });
    }
  });

  it('keeps the mode of a file', async () => {
    await writeFile(inside('run.sh'), 'a');
    await chmod(inside('run.sh'), 0o751);
    await apply(change('run.sh', 'a', 'b'));
    assert.equal((await stat(inside('run.sh'))).mode & 0o777, 0o751);
  });

  it('creates a file in new folders with the planned mode', async () => {
    const outcomes = await apply({ ...change('new/deep/run.sh', null, 'x'), mode: 0o100755 });
    assert.deepEqual(outcomes, [written('new/deep/run.sh')]);
    assert.equal((await stat(inside('new/deep/run.sh'))).mode & 0o777, 0o755);
  });

  it('deletes a file', async () => {
    await writeFile(inside('old.txt'), 'a');
    assert.deepEqual(await apply(change('old.txt', 'a', null)), [written('old.txt')]);
    assert.deepEqual(await readdir(folder), []);
  });

  it('leaves no temporary file behind, also when it refuses', async () => {
    await writeFile(inside('a.txt'), 'a');
    await apply(change('a.txt', 'a', 'b'), change('a.txt', 'a', 'c'));
    assert.deepEqual(await readdir(folder), ['a.txt']);
  });

  it('refuses a file that changed, that appeared or that is gone', async () => {
    await writeFile(inside('changed.txt'), 'user');
    await writeFile(inside('appeared.txt'), 'user');
    const outcomes = await apply(
      change('changed.txt', 'base', 'agent'),
      change('appeared.txt', null, 'agent'),
      change('gone.txt', 'base', 'agent'),
      change('gone-too.txt', 'base', null),
    );
    assert.deepEqual(types(outcomes), ['refused', 'refused', 'refused', 'refused']);
    assert.equal(await readFile(inside('changed.txt'), 'utf8'), 'user');
    assert.equal(await readFile(inside('appeared.txt'), 'utf8'), 'user');
    assert.deepEqual((await readdir(folder)).sort(), ['appeared.txt', 'changed.txt']);
  });

  it('writes through a link inside the workspace and keeps the link', async () => {
    await writeFile(inside('real.txt'), 'a');
    await symlink('real.txt', inside('link.txt'));
    assert.deepEqual(await apply(change('link.txt', 'a', 'b')), [written('link.txt')]);
    assert.equal(await readFile(inside('real.txt'), 'utf8'), 'b');
  });

  describe('refuses a path', () => {
    beforeEach(async () => {
      await mkdir(path.join(root, 'outside'));
      await writeFile(path.join(root, 'outside/secret.txt'), 'a');
      await symlink(path.join(root, 'outside'), inside('link'));
      await symlink(path.join(root, 'outside/secret.txt'), inside('file-link'));
      await symlink(path.join(root, 'nowhere'), inside('dangling'));
      await mkdir(inside('.git'));
      await symlink('.git', inside('innocent'));
    });

    const cases: readonly (readonly [string, string, string | null])[] = [
      ['to a file outside through a linked folder', 'link/secret.txt', 'a'],
      ['to a new file outside through a linked folder', 'link/new.txt', null],
      ['that is a link to a file outside', 'file-link', 'a'],
      ['that is a link to nothing', 'dangling', null],
      ['below a link to nothing', 'dangling/new.txt', null],
      ['with ..', 'a/../../outside/secret.txt', 'a'],
      ['that is absolute', '/etc/muster-test', null],
      ['that is empty', '', null],
      ['in the repository’s own folder', '.git/hooks/pre-commit', null],
      ['in the repository’s own folder, in capitals', '.GIT/config', null],
      ['in the repository’s own folder through a link', 'innocent/config', null],
      ['with secrets', 'packages/a/.env.local', null],
      ['with a private key', 'keys/server.pem', null],
      ['of the editor’s tasks', '.vscode/tasks.json', null],
    ];
    for (const [name, relative, before] of cases) {
      it(name, async () => {
        assert.deepEqual(types(await apply(change(relative, before, 'b'))), ['refused']);
        assert.equal(await readFile(path.join(root, 'outside/secret.txt'), 'utf8'), 'a');
        assert.deepEqual(await readdir(path.join(root, 'outside')), ['secret.txt']);
      });
    }
  });

  it('refuses read-only files, folders and bytes that do not match their hash', async () => {
    await writeFile(inside('read-only.txt'), 'a');
    await chmod(inside('read-only.txt'), 0o444);
    await mkdir(inside('folder'));
    const damaged = { ...change('damaged.txt', null, 'x'), newSha256: 'other' };
    const outcomes = await apply(
      change('read-only.txt', 'a', 'b'),
      change('folder', 'a', 'b'),
      damaged,
    );
    assert.deepEqual(types(outcomes), ['refused', 'refused', 'refused']);
  });

  it('applies the same write once when it is asked twice', async () => {
    await writeFile(inside('twice.txt'), 'a');
    const plan = change('twice.txt', 'a', 'b');
    const [first, second] = await Promise.all([apply(plan), apply(plan)]);
    assert.deepEqual([...types(first), ...types(second)].sort(), ['refused', 'written']);
  });

  it('goes on with the other files when one is refused', async () => {
    const outcomes = await apply(change('a.txt', 'gone', 'b'), change('b.txt', null, 'b'));
    assert.deepEqual(types(outcomes).sort(), ['refused', 'written']);
    assert.equal(await readFile(inside('b.txt'), 'utf8'), 'b');
  });

  it('hands a file with unsaved text to the editor and leaves the disk alone', async () => {
    await writeFile(inside('dirty.txt'), 'disk');
    const replaced: (readonly [string | null, string])[] = [];
    service = new ApplyService({
      folder: () => folder,
      findDirty: (files) =>
        files.includes(inside('dirty.txt'))
          ? {
              replace: (expected, bytes) => {
                replaced.push([expected, Buffer.from(bytes).toString('utf8')]);
                return Promise.resolve(null);
              },
            }
          : null,
    });
    await apply(change('dirty.txt', 'typed', 'merged'));
    assert.deepEqual(replaced, [[sha256('typed'), 'merged']]);
    assert.equal(await readFile(inside('dirty.txt'), 'utf8'), 'disk');
  });

  it('allows example environments', async () => {
    const outcomes = await apply(change('.env.example', null, 'A=1\n'));
    assert.deepEqual(types(outcomes), ['written']);
  });

  function inside(relative: string): string {
    return path.join(folder, relative);
  }

  function apply(...writes: readonly PlannedWrite[]): Promise<readonly WriteOutcome[]> {
    return service.carryOut({
      runId: 'r',
      decisionId: 'd',
      action: 'accept',
      problems: [],
      writes: [...writes],
    });
  }
});

type Content = string | Buffer | null;

function change(relative: string, before: Content, after: Content): PlannedWrite {
  return {
    path: relative,
    hunkIds: ['h'],
    mode: 0o100644,
    rebased: false,
    expectedSha256: sha256(before),
    newBytesBase64: after === null ? null : Buffer.from(after).toString('base64'),
    newSha256: sha256(after),
  };
}

function sha256(content: Content): string | null {
  return content === null ? null : createHash('sha256').update(content).digest('hex');
}

function written(relative: string): WriteOutcome {
  return { type: 'written', path: relative };
}

function types(outcomes: readonly WriteOutcome[]): string[] {
  return outcomes.map((outcome) => outcome.type);
}
