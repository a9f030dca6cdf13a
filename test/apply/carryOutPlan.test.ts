import assert from 'node:assert/strict';
import {
  chmod,
  chown,
  link,
  mkdir,
  readdir,
  readFile,
  readlink,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import type { PlannedWrite, WriteOutcome } from '../../src/protocol/proposals.ts';
import { useApplyBed } from './support/applyBed.ts';
import { faces } from './support/faces.ts';
import { change, planOf, saidOf, types, written } from './support/plannedWrites.ts';

const isRoot = process.getuid?.() === 0;

for (const [face, carryOut] of Object.entries(faces)) {
  describe(`An apply plan, carried out by ${face}`, () => {
    const test = useApplyBed();

    const inside = (name: string): string => test.bed.inside(name);
    const apply = (...writes: readonly PlannedWrite[]): Promise<readonly WriteOutcome[]> => {
      return carryOut(test.bed.folder, planOf(writes));
    };
    const modeOf = async (name: string): Promise<number> =>
      (await stat(inside(name))).mode & 0o7777;

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

    it('creates a file in new folders', async () => {
      const mode = 0o100755;
      const outcomes = await apply(change('new/deep/run.sh', null, 'x', { mode }));
      assert.deepEqual(outcomes, [written('new/deep/run.sh')]);
      assert.equal((await modeOf('new/deep/run.sh')) & 0o700, 0o700);
    });

    it('gives a new file what the user’s mask gives', async () => {
      const mask = process.umask(0o077);
      try {
        await apply(change('private.txt', null, 'x'));
      } finally {
        process.umask(mask);
      }
      assert.equal(await modeOf('private.txt'), 0o600);
    });

    it('deletes a file', async () => {
      await writeFile(inside('old.txt'), 'a');
      assert.deepEqual(await apply(change('old.txt', 'a', null)), [written('old.txt')]);
      assert.deepEqual(await test.bed.names(), []);
    });

    it('removes the folders that the plan names, as far as they are empty', async () => {
      await mkdir(inside('a/b/c'), { recursive: true });
      await writeFile(inside('a/b/c/one.txt'), 'a');
      await writeFile(inside('a/keep.txt'), 'a');
      const emptyFolders = ['a', 'a/b', 'a/b/c'];
      await apply(change('a/b/c/one.txt', 'a', null, { emptyFolders }));
      assert.deepEqual(await test.bed.names(), ['a', 'a/keep.txt']);
    });

    it('takes the folders back that it made for a file which it cannot write', async () => {
      const name = `${'n'.repeat(256)}.txt`;
      assert.match(saidOf(await apply(change(`new/deep/${name}`, null, 'x'))), /ENAMETOOLONG/u);
      assert.deepEqual(await test.bed.names(), []);
    });

    it('writes names as long as the file system takes', async () => {
      const name = `${'n'.repeat(251)}.txt`;
      assert.deepEqual(await apply(change(name, null, 'a')), [written(name)]);
      assert.deepEqual(await apply(change(name, 'a', 'b')), [written(name)]);
      assert.deepEqual(await apply(change(name, 'b', null)), [written(name)]);
      assert.deepEqual(await test.bed.names(), []);
    });

    describe('changes modes', () => {
      const executable = { mode: 0o100755 };
      const plain = { expectedMode: 0o100755, mode: 0o100644 };
      const cases: readonly (readonly [string, number, PlannedWrite, number])[] = [
        [
          'keeps them',
          0o751,
          change('f', 'a', 'b', { mode: 0o100755, expectedMode: 0o100755 }),
          0o751,
        ],
        ['sets the bit with the text', 0o640, change('f', 'a', 'b', executable), 0o750],
        ['sets the bit alone', 0o644, change('f', 'a', 'a', executable), 0o755],
        ['clears the bit alone', 0o755, change('f', 'a', 'a', plain), 0o644],
        ['clears the bit with the text', 0o755, change('f', 'a', 'b', plain), 0o644],
      ];
      for (const [name, before, write, after] of cases) {
        it(name, async () => {
          await writeFile(inside('f'), 'a');
          await chmod(inside('f'), before);
          assert.deepEqual(await apply(write), [written('f')]);
          assert.equal((await modeOf('f')).toString(8), after.toString(8));
        });
      }

      it('gives back the rights that an undo names', async () => {
        await writeFile(inside('f'), 'a');
        await chmod(inside('f'), 0o755);
        const rights = { permissions: 0o654, owner: null };
        await apply(
          change('f', 'a', 'a', { ...plain, rights }),
          change('g', null, 'x', { rights }),
        );
        assert.deepEqual([await modeOf('f'), await modeOf('g')], [0o654, 0o654]);
      });

      it('refuses the bit alone where somebody changed it meanwhile', async () => {
        await writeFile(inside('f'), 'a');
        await chmod(inside('f'), 0o755);
        assert.deepEqual(types(await apply(change('f', 'a', 'a', executable))), ['refused']);
      });

      it('says which special bits a replaced file loses', async () => {
        await writeFile(inside('f'), 'a');
        await chmod(inside('f'), 0o4755);
        const outcomes = await apply(
          change('f', 'a', 'b', { mode: 0o100755, expectedMode: 0o100755 }),
        );
        assert.match(saidOf(outcomes), /set-user-id/u);
        assert.equal(await modeOf('f'), 0o755);
      });
    });

    if (isRoot) {
      it('keeps the owner and the group', async () => {
        await writeFile(inside('f'), 'a');
        await chown(inside('f'), 1234, 1235);
        await apply(change('f', 'a', 'b'));
        const { uid, gid } = await stat(inside('f'));
        assert.deepEqual([uid, gid], [1234, 1235]);
      });

      it('gives a deleted file back to its owner', async () => {
        const rights = { permissions: 0o640, owner: { uid: 1234, gid: 1235 } };
        await apply(change('f', null, 'b', { rights }));
        const { uid, gid } = await stat(inside('f'));
        assert.deepEqual([uid, gid, await modeOf('f')], [1234, 1235, 0o640]);
      });
    }

    it('leaves no temporary file behind, also when it refuses', async () => {
      await writeFile(inside('a.txt'), 'a');
      await apply(change('a.txt', 'a', 'b'));
      await apply(change('a.txt', 'a', 'c'));
      await apply(change('a.txt', 'a', null));
      assert.deepEqual(await test.bed.names(), ['a.txt']);
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
      assert.deepEqual(await test.bed.names(), ['appeared.txt', 'changed.txt']);
    });

    describe('links', () => {
      it('writes through a linked folder inside the workspace', async () => {
        await mkdir(inside('src'));
        await symlink('src', inside('lib'));
        assert.deepEqual(await apply(change('lib/a.ts', null, 'b')), [written('lib/a.ts')]);
        assert.equal(await readFile(inside('src/a.ts'), 'utf8'), 'b');
      });

      it('refuses a file that is a link, and keeps the link', async () => {
        await writeFile(inside('real.txt'), 'a');
        await symlink('real.txt', inside('link.txt'));
        assert.match(saidOf(await apply(change('link.txt', 'a', 'b'))), /symbolic link/u);
        assert.equal(await readlink(inside('link.txt')), 'real.txt');
        assert.equal(await readFile(inside('real.txt'), 'utf8'), 'a');
      });

      it('refuses to part hard links, and says how many names there are', async () => {
        await writeFile(inside('a.txt'), 'a');
        await link(inside('a.txt'), inside('b.txt'));
        assert.match(saidOf(await apply(change('a.txt', 'a', 'b'))), /1 more name \(hard links\)/u);
        assert.equal((await stat(inside('a.txt'))).nlink, 2);
      });

      it('changes the mode of a file with several names for all of them', async () => {
        await writeFile(inside('a.sh'), 'a');
        await link(inside('a.sh'), inside('b.sh'));
        await apply(change('a.sh', 'a', 'a', { mode: 0o100755 }));
        assert.deepEqual([await modeOf('b.sh'), (await stat(inside('a.sh'))).nlink], [0o755, 2]);
      });
    });

    describe('refuses a path', () => {
      beforeEach(async () => {
        const outside = path.join(test.bed.root, 'outside');
        await mkdir(outside);
        await writeFile(path.join(outside, 'secret.txt'), 'a');
        await symlink(outside, inside('link'));
        await symlink(path.join(outside, 'secret.txt'), inside('file-link'));
        await symlink(path.join(test.bed.root, 'nowhere'), inside('dangling'));
        await symlink('loop', inside('loop'));
        await mkdir(inside('.git'));
        await mkdir(inside('.vscode'));
        await symlink('.git', inside('innocent'));
        await symlink('.vscode', inside('editor'));
        await writeFile(inside('plain'), 'a');
      });

      const cases: readonly (readonly [string, string, string | null])[] = [
        ['to a file outside through a linked folder', 'link/secret.txt', 'a'],
        ['to a new file outside through a linked folder', 'link/new.txt', null],
        ['that is a link to a file outside', 'file-link', 'a'],
        ['that is a link to nothing', 'dangling', null],
        ['below a link to nothing', 'dangling/new.txt', null],
        ['below a link that leads back to itself', 'loop/new.txt', null],
        ['below a file', 'plain/new.txt', null],
        ['with ..', 'a/../../outside/secret.txt', 'a'],
        ['that is absolute', '/etc/muster-test', null],
        ['that is empty', '', null],
        ['in the repository’s own folder', '.git/hooks/pre-commit', null],
        ['in the repository’s own folder, in capitals', '.GIT/config', null],
        ['in the repository’s own folder through a link', 'innocent/config', null],
        ['of the editor’s settings through a link', 'editor/launch.json', null],
        ['of the editor’s tasks, in capitals', '.VSCODE/tasks.json', null],
        ['with secrets', 'packages/a/.env.local', null],
        ['with a private key', 'keys/server.pem', null],
        ['of the editor’s tasks', '.vscode/tasks.json', null],
      ];
      for (const [name, relative, before] of cases) {
        it(name, async () => {
          const names = await test.bed.names();
          assert.deepEqual(types(await apply(change(relative, before, 'b'))), ['refused']);
          const outside = path.join(test.bed.root, 'outside');
          assert.equal(await readFile(path.join(outside, 'secret.txt'), 'utf8'), 'a');
          assert.deepEqual(await readdir(outside), ['secret.txt']);
          assert.deepEqual(await test.bed.names(), names);
        });
      }
    });

    it('refuses read-only files, whoever asks and for whatever', async () => {
      await writeFile(inside('f'), 'a');
      await chmod(inside('f'), 0o444);
      for (const write of [
        change('f', 'a', 'b'),
        change('f', 'a', null),
        change('f', 'a', 'a', { mode: 0o100755 }),
      ]) {
        assert.match(saidOf(await apply(write)), /read-only/u);
      }
      assert.deepEqual([await readFile(inside('f'), 'utf8'), await modeOf('f')], ['a', 0o444]);
    });

    it('refuses what is no file, and waits for nothing', async () => {
      await mkdir(inside('folder'));
      const { execFileSync } = await import('node:child_process');
      execFileSync('mkfifo', [inside('pipe')]);
      const said = [];
      for (const name of ['folder', 'pipe']) {
        said.push(saidOf(await apply(change(name, 'a', 'b'))));
        said.push(saidOf(await apply(change(name, null, 'b'))));
        said.push(saidOf(await apply(change(name, 'a', null))));
      }
      assert.deepEqual(
        said.map((text) => /folder stands|changed since|named pipe/u.exec(text)?.[0]),
        [
          'folder stands',
          'changed since',
          'folder stands',
          'named pipe',
          'changed since',
          'named pipe',
        ],
      );
    });

    it('refuses bytes that do not match their hash', async () => {
      const damaged = change('damaged.txt', null, 'x', { newSha256: 'other' });
      const torn = change('torn.txt', null, null, { newSha256: 'other' });
      assert.deepEqual(types(await apply(damaged, torn)), ['refused', 'refused']);
      assert.deepEqual(await test.bed.names(), []);
    });

    it('goes on with the other files when one is refused', async () => {
      const outcomes = await apply(change('a.txt', 'gone', 'b'), change('b.txt', null, 'b'));
      assert.deepEqual(types(outcomes), ['refused', 'written']);
      assert.equal(await readFile(inside('b.txt'), 'utf8'), 'b');
    });

    it('allows example environments', async () => {
      assert.deepEqual(types(await apply(change('.env.example', null, 'A=1\n'))), ['written']);
    });
  });
}
