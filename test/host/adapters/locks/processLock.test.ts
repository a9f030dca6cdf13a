import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  isLabelAlive,
  newLabel,
  publishLabel,
  readLabel,
} from '../../../../src/host/adapters/locks/lockLabel.ts';
import {
  lockHolder,
  takeLock,
  tryLock,
  withLock,
} from '../../../../src/host/adapters/locks/processLock.ts';
import { ChildScript } from '../../support/childScript.ts';

/** A number that no process has: the kernel's own ceiling is far below. */
const deadLabel = (token: string) => `${2 ** 30}-1-${token.padStart(16, '0')}`;

describe('A lock between processes', function () {
  this.timeout(40_000);
  let folder = '';
  let file = '';
  const children: ChildScript[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'muster-lock-'));
    file = path.join(folder, 'locks', 'a.lock');
  });
  afterEach(async () => {
    for (const child of children.splice(0)) await child.kill();
    await rm(folder, { recursive: true, force: true });
  });

  const start = (name: string, ...args: readonly string[]): ChildScript => {
    const child = new ChildScript(name, args);
    children.push(child);
    return child;
  };
  const request = (waitMs: number) => ({ file, purpose: 'do it', waitMs });
  const claimOf = (replaced: string) => {
    return `${file}.${createHash('sha256').update(replaced).digest('hex').slice(0, 16)}.claim`;
  };
  const left = () => readdir(path.dirname(file));

  it('lets one at a time in, and leaves nothing behind', async () => {
    const order: string[] = [];
    const task = (name: string) =>
      withLock(request(10_000), async () => {
        order.push(`${name} in`);
        await Promise.resolve();
        order.push(`${name} out`);
      });
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(task));
    const names = order.filter((_line, index) => index % 2 === 0).map((line) => line[0]);
    assert.deepEqual(
      order,
      names.flatMap((name) => [`${name} in`, `${name} out`]),
    );
    assert.deepEqual(await left(), []);
  });

  it('is given back when the task fails', async () => {
    const failing = withLock(request(0), () => Promise.reject(new Error('broken')));
    await assert.rejects(failing, /broken/u);
    assert.equal((await tryLock(request(0))).type, 'taken');
  });

  it('counts right with six processes, one of which is killed in mid-way', async () => {
    const counter = path.join(folder, 'counter');
    await writeFile(counter, '0');
    const counting = Array.from({ length: 5 }, () => start('countUnderLock', file, counter, '30'));
    const holder = start('holdLock', file);
    await Promise.all([...counting, holder].map((child) => child.waitFor('ready')));
    for (const child of counting) child.go();
    await holder.kill();
    await Promise.all(counting.map((child) => child.succeed()));
    assert.equal(await readFile(counter, 'utf8'), '150');
    assert.deepEqual(await left(), []);
  });

  it('is taken over from a killed process by exactly one of fifty that ask at the same moment', async () => {
    const holder = start('holdLock', file);
    await holder.waitFor('ready');
    await holder.kill();
    let takeovers = 0;
    for (let round = 0; round < 20; round += 1) {
      const results = await Promise.all(Array.from({ length: 50 }, () => tryLock(request(0))));
      const taken = results.flatMap((result) => (result.type === 'taken' ? [result.lock] : []));
      assert.ok(taken.length <= 1, `${taken.length} have it`);
      takeovers += taken.length;
      // Not given back: the next round starts from a dead holder again.
      await rm(file, { force: true });
      await symlink(deadLabel(String(round)), file);
    }
    assert.ok(takeovers > 0);
  });

  it('tells a process from a later one with the same number', async () => {
    const [pid, , token] = (await newLabel()).split('-');
    const label = `${pid ?? ''}-1-${token ?? ''}`;
    assert.equal(await isLabelAlive(label), process.platform !== 'linux');
    assert.equal(await isLabelAlive(await newLabel()), true);
    for (const text of ['', 'nobody', '12', '12-3-x', `0-1-${'0'.repeat(16)}`]) {
      assert.equal(await isLabelAlive(text), false, text);
    }
  });

  it('passes over claims whose makers died, one after the other', async () => {
    await (await takeLock(request(0))).release();
    const [holder, first, second] = [deadLabel('1'), deadLabel('2'), deadLabel('3')];
    await symlink(holder, file);
    await symlink(first, claimOf(holder));
    await symlink(second, claimOf(holder + first));
    const results = await Promise.all(Array.from({ length: 20 }, () => tryLock(request(0))));
    assert.equal(results.filter(({ type }) => type === 'taken').length, 1);
    assert.deepEqual(await left(), ['a.lock']);
  });

  it('waits while a living process removes a dead holder', async () => {
    await (await takeLock(request(0))).release();
    await symlink(deadLabel('1'), file);
    await symlink(await newLabel(), claimOf(deadLabel('1')));
    const { pid } = process;
    await assert.rejects(takeLock(request(20)), new RegExp(`process ${pid} has held`, 'u'));
    assert.equal(await readLabel(file), deadLabel('1'), 'nothing was removed');
  });

  it('takes a file of another kind for nobody’s', async () => {
    await (await takeLock(request(0))).release();
    await writeFile(file, '4711');
    assert.equal(await lockHolder(file), null);
    assert.equal((await tryLock(request(0))).type, 'taken');
  });

  it('says who has it, what cannot be done and what to do when the wait is over', async () => {
    const holder = start('holdLock', file);
    await holder.waitFor('ready');
    const refused = await tryLock(request(0));
    assert.equal(refused.type === 'held' && refused.by.pid, holder.pid);
    await assert.rejects(takeLock(request(30)), {
      code: 'locked',
      message: new RegExp(
        `^Cannot do it: process ${holder.pid} has held ${file} for \\d+ s\\. Wait until it finishes, or end it, then try again\\.$`,
        'u',
      ),
    });
    assert.equal((await lockHolder(file))?.pid, holder.pid);
    await holder.kill();
    assert.equal(await lockHolder(file), null);
  });

  it('releases only what is its own', async () => {
    const lock = await takeLock(request(0));
    await rm(file);
    const other = await takeLock(request(0));
    await lock.release();
    assert.notEqual(await lockHolder(file), null, 'the other one still has it');
    await other.release();
    await other.release();
  });

  it('works the same where there are no symbolic links', async () => {
    const noLinks = () => Promise.reject(Object.assign(new Error('no'), { code: 'EPERM' }));
    await (await takeLock(request(0))).release();
    const labels = await Promise.all(Array.from({ length: 10 }, () => newLabel()));
    const made = await Promise.all(labels.map((label) => publishLabel(file, label, noLinks)));
    assert.equal(made.filter(Boolean).length, 1);
    assert.equal(await readLabel(file), labels[made.indexOf(true)]);
    assert.deepEqual(await left(), ['a.lock']);
    assert.equal((await tryLock(request(0))).type, 'held');
    await rm(file);
    await publishLabel(file, deadLabel('1'), noLinks);
    assert.equal((await tryLock(request(0))).type, 'taken');
  });

  it('says what to do when its folder cannot be written', async () => {
    const blocked = path.join(folder, 'file');
    await writeFile(blocked, '');
    const inFile = { ...request(0), file: path.join(blocked, 'a.lock') };
    await assert.rejects(takeLock(inFile), {
      code: 'lock_unavailable',
      message: /^Cannot do it: the lock .*a\.lock cannot be written\. /u,
    });
  });
});

describe('A lock on a full disk', function () {
  this.timeout(20_000);
  const run = promisify(execFile);
  let disk = '';

  before(async function () {
    disk = await mkdtemp(path.join(tmpdir(), 'muster-disk-'));
    try {
      await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
    } catch {
      // Only root can make a disk that is as small as this test needs it.
      this.skip();
    }
  });
  after(async () => {
    await run('umount', [disk]).catch(() => undefined);
    await rm(disk, { recursive: true, force: true });
  });

  it('can still be taken and given back, so that what frees space can work', async () => {
    const filler = path.join(disk, 'filler');
    await assert.rejects(writeFile(filler, Buffer.alloc(128 * 1024)), { code: 'ENOSPC' });
    await assert.rejects(writeFile(path.join(disk, 'x'), 'x'), { code: 'ENOSPC' });
    const file = path.join(disk, 'a.lock');
    await withLock({ file, purpose: 'free space', waitMs: 0 }, () => rm(filler));
    await writeFile(path.join(disk, 'x'), 'x');
    assert.deepEqual((await readdir(disk)).sort(), ['x']);
  });
});
