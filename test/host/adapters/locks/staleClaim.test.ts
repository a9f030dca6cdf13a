/** What a dead holder left is taken over by one process at most, whatever the others and their deaths do. */
import assert from 'node:assert/strict';
import { lutimes, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { replaceStale } from '../../../../src/host/adapters/locks/staleClaim.ts';
import { ChildScript } from '../../support/childScript.ts';

const racers = 8;
const rounds = 20;
const killedRounds = 3;

/** A number that no process has: the kernel's own ceiling is far below. */
const noPid = 2 ** 30;

/** What is left, by kind: the file and how a dead process would have written it. */
const kinds = {
  hostLock: { file: 'host.lock.json', prefix: 'host.lock.json', leave: leaveHostLock },
  runOwner: { file: 'owner.json', prefix: 'owner', leave: leaveOwner },
  lock: { file: 'a.lock', prefix: 'a.lock', leave: leaveLock },
} as const;

for (const [kind, { file, prefix, leave }] of Object.entries(kinds)) {
  describe(`What a dead holder left: ${kind}`, function () {
    this.timeout(60_000);
    let root = '';
    let runners: readonly ChildScript[] = [];
    const others: ChildScript[] = [];

    before(async () => {
      root = await mkdtemp(path.join(tmpdir(), 'muster-stale-'));
      runners = await Promise.all(
        Array.from({ length: racers }, () => start('raceForStale', kind)),
      );
    });
    after(async () => {
      await Promise.all([...runners, ...others].map((child) => child.kill()));
      await rm(root, { recursive: true, force: true });
    });

    async function prepare(round: string): Promise<string> {
      const folder = path.join(root, round);
      await mkdir(folder);
      await leave(folder);
      return folder;
    }

    /** What each of the racers says about a round. */
    function outcomes(round: string): Promise<string[]> {
      const pattern = new RegExp(`^${round}: (.*)\\.$`, 'mu');
      return Promise.all(
        runners.map(async (child) => {
          await child.waitFor(pattern);
          return pattern.exec(child.output)?.[1] ?? '';
        }),
      );
    }

    it(`is taken over by exactly one of ${racers} processes`, async () => {
      for (let index = 0; index < rounds; index += 1) {
        const round = `race${index}`;
        const folder = await prepare(round);
        for (const child of runners) child.tell(folder);
        const said = await outcomes(round);
        assert.equal(said.filter((outcome) => outcome === 'taken').length, 1, said.join());
        const winner = runners[said.indexOf('taken')]?.pid;
        // A lock also counts as held by whoever is about to remove the dead holder.
        const holders = kind === 'lock' ? runners.map(({ pid }) => pid) : [winner];
        const expected = ['taken', ...holders.map((pid) => `held ${pid}`)];
        assert.deepEqual(
          said.filter((outcome) => !expected.includes(outcome)),
          [],
        );
        const left = await readdir(folder);
        assert.deepEqual(
          left.filter((name) => !name.endsWith('.sock')),
          [file],
        );
      }
    });

    it('is never held by two when one of them is killed on its way', async () => {
      for (let index = 0; index < killedRounds; index += 1) {
        const round = `kill${index}`;
        const folder = await prepare(round);
        const victim = await start('raceForStale', kind);
        others.push(victim);
        for (const child of [victim, ...runners]) child.tell(folder);
        await victim.kill();
        const said = await outcomes(round);
        const taken = said.filter((outcome) => outcome === 'taken').length;
        // None of the living has it where all of them came before the victim's end.
        assert.ok(taken === 1 || said.includes(`held ${victim.pid}`), said.join());
        assert.ok(taken <= 1, said.join());
      }
    });

    it('is passed on when a process was killed inside its claim', async () => {
      const folder = await prepare('inside');
      const names = [path.join(folder, prefix), path.join(folder, file)];
      const claimant = await start('holdStaleClaim', ...names);
      others.push(claimant);
      for (const child of runners.slice(0, racers / 2)) child.tell(folder);
      await claimant.kill();
      for (const child of runners.slice(racers / 2)) child.tell(folder);
      const said = await outcomes('inside');
      assert.equal(said.filter((outcome) => outcome === 'taken').length, 1, said.join());
    });
  });
}

describe('A claim over a dead holder', function () {
  this.timeout(20_000);
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'muster-stale-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('holds while its maker lives, however old it is', async () => {
    const file = path.join(root, 'file');
    await writeFile(file, 'dead');
    const claimant = await start('holdStaleClaim', file, file);
    const [claim = ''] = (await readdir(root)).filter((name) => name.endsWith('.claim'));
    await lutimes(path.join(root, claim), 1, 1);
    const stale = { prefix: file, seen: 'dead', readAgain: () => Promise.resolve('dead') };
    const second = await replaceStale(stale, () => assert.fail('Two replace it.'));
    assert.equal(second.type === 'held' && second.by.pid, claimant.pid);
    claimant.go();
    await claimant.succeed();
    assert.match(claimant.output, /^replaced$/mu);
    assert.deepEqual(await readdir(root), []);
  });

  it('touches nothing when another holder has come in the place of the dead one', async () => {
    const stale = { prefix: path.join(root, 'a'), seen: 'old' };
    const replaced = await replaceStale({ ...stale, readAgain: () => Promise.resolve('new') }, () =>
      assert.fail('It is not the same.'),
    );
    assert.deepEqual(replaced, { type: 'changed' });
    assert.deepEqual(await readdir(root), []);
  });

  it('lets the next one try when the replacement failed', async () => {
    const stale = {
      prefix: path.join(root, 'a'),
      seen: 'old',
      readAgain: () => Promise.resolve('old'),
    };
    await assert.rejects(
      replaceStale(stale, () => Promise.reject(new Error('full'))),
      /full/u,
    );
    assert.deepEqual(await replaceStale(stale, () => Promise.resolve()), { type: 'replaced' });
  });
});

async function start(name: string, ...args: readonly string[]): Promise<ChildScript> {
  const child = new ChildScript(name, args);
  await child.waitFor('ready');
  return child;
}

function leaveHostLock(folder: string): Promise<void> {
  const dead = {
    pid: noPid,
    startTime: 1,
    socket: `${folder}/none.sock`,
    token: 'x',
    version: '0',
  };
  return writeFile(path.join(folder, 'host.lock.json'), JSON.stringify(dead));
}

function leaveOwner(folder: string): Promise<void> {
  const dead = { pid: noPid, startTime: 1, identity: '1', socket: null, token: null };
  return writeFile(path.join(folder, 'owner.json'), JSON.stringify(dead));
}

function leaveLock(folder: string): Promise<void> {
  return symlink(`${noPid}-1-${'0'.repeat(16)}`, path.join(folder, 'a.lock'));
}
