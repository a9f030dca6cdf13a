import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createHash } from 'node:crypto';
import { claimRun, type ClaimResult } from '../../../src/host/runs/claimRun.ts';
import { processIdentity } from '../../../src/host/adapters/locks/processIdentity.ts';
import { parseOwner, type RunOwner } from '../../../src/host/runs/runOwner.ts';

/** A number that no process has: the kernel's own ceiling is far below. */
const noPid = 2 ** 30;

const dead = (startTime: number): RunOwner => ({
  pid: noPid,
  startTime,
  identity: '1',
  socket: '/nowhere',
  token: 'old',
  released: false,
});

describe('the owner of a run', () => {
  let directory = '';
  let starts = 0;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'muster-owner-'));
    starts = 0;
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  async function mine(): Promise<RunOwner> {
    const { pid } = process;
    const who = { pid, identity: await processIdentity(pid), startTime: (starts += 1) };
    return { ...who, socket: '/mine', token: 'mine', released: false };
  }

  const claim = async (): Promise<ClaimResult> => claimRun(directory, await mine());
  const write = (name: string, text: string) => writeFile(path.join(directory, name), text);
  const ownerText = () => readFile(path.join(directory, 'owner.json'), 'utf8');
  const claimName = (replaced: string) => {
    const hash = createHash('sha256').update(replaced).digest('hex');
    return `owner.${hash.slice(0, 16)}.claim`;
  };

  async function checkOneOfMany(): Promise<void> {
    const results = await Promise.all(Array.from({ length: 20 }, () => claim()));
    const winners = results.filter((result) => result.type === 'claimed');
    assert.equal(winners.length, 1);
    const named = parseOwner(await ownerText());
    for (const result of results) {
      if (result.type === 'held') assert.deepEqual(result.by, named);
    }
    assert.deepEqual(await readdir(directory), ['owner.json'], 'no claim is left behind');
  }

  const before: readonly (readonly [string, string | null])[] = [
    ['nobody', null],
    ['a process that died', JSON.stringify(dead(1))],
    ['a process of another start with this number', ''],
    ['a torn file', '{"pid": 12'],
    ['a file of another kind', '[]'],
    ['one who gave it back', ''],
  ];
  for (const [name, text] of before) {
    it(`is exactly one of twenty that ask at the same moment, after ${name}`, async () => {
      if (name.startsWith('a process of another')) {
        await write('owner.json', JSON.stringify({ ...(await mine()), identity: '1' }));
      } else if (name.startsWith('one who')) {
        const first = await claim();
        assert.ok(first.type === 'claimed');
        await first.ownership.release();
      } else if (text !== null) await write('owner.json', text);
      await checkOneOfMany();
    });
  }

  it('passes over claims whose makers died in mid-way, one after the other', async () => {
    const owner = JSON.stringify(dead(1));
    const [first, second] = [JSON.stringify(dead(2)), JSON.stringify(dead(3))];
    await write('owner.json', owner);
    await write(claimName(owner), first);
    await write(claimName(owner + first), second);
    await checkOneOfMany();
  });

  it('passes over a claim that was never written, once it is old', async () => {
    const owner = JSON.stringify(dead(1));
    await write('owner.json', owner);
    const torn = path.join(directory, claimName(owner));
    await writeFile(torn, '');
    const longAgo = Date.now() / 1000 - 60;
    await utimes(torn, longAgo, longAgo);
    await checkOneOfMany();
  });

  it('keeps it while it lives, and lets the next one in when it gives the run back', async () => {
    const first = await claim();
    assert.ok(first.type === 'claimed');
    const refused = await claim();
    assert.deepEqual(
      [refused.type, refused.type === 'held' && refused.by.pid],
      ['held', process.pid],
    );
    await first.ownership.release();
    const left = parseOwner(await ownerText());
    assert.deepEqual(
      [left?.pid, left?.released, left?.socket, left?.token],
      [process.pid, true, null, null],
    );
    assert.equal((await claim()).type, 'claimed');
  });
});
