import assert from 'node:assert/strict';
import { mkdir, readdir, rm, watch, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ShadowRepository } from '../../../src/host/adapters/git/shadow/shadowRepository.ts';
import { applyLockFile, runLockFile } from '../../../src/host/adapters/locks/lockFiles.ts';
import { withLock } from '../../../src/host/adapters/locks/processLock.ts';
import {
  RetentionService,
  type PruneReport,
} from '../../../src/host/retention/retentionService.ts';
import { ChildScript } from '../support/childScript.ts';
import { useHostBed } from '../support/hostBed.ts';
import { PlainRuns } from '../support/plainRuns.ts';

const { signal } = new AbortController();

describe('Dropping old runs', function () {
  this.timeout(90_000);
  const test = useHostBed();
  let plain: PlainRuns;
  let retention: RetentionService;
  let state = '';
  const children: ChildScript[] = [];

  beforeEach(async () => {
    plain = await PlainRuns.open(test.bed.workspace, test.bed.stateRoot);
    state = plain.services.stateDirectory;
    const { runs, reviews } = plain.controlled;
    retention = new RetentionService(plain.services, runs, reviews);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) await child.kill();
    await plain.dispose();
  });

  const prune = (maxRuns: number): Promise<PruneReport> => {
    const limits = { maxRuns, maxBytes: Number.MAX_SAFE_INTEGER };
    return retention.prune({ limits, signal, minCollectMs: 0 });
  };
  const start = async (keep: number, times: number): Promise<ChildScript> => {
    const places = [test.bed.workspace, test.bed.stateRoot];
    const child = new ChildScript('pruneRuns', [...places, `${keep}`, `${times}`]);
    children.push(child);
    await child.waitFor('ready');
    return child;
  };
  const names = async (folder: string): Promise<readonly string[]> =>
    (await readdir(path.join(state, folder))).toSorted();
  const git = async (...args: readonly string[]): Promise<string> =>
    (await new ShadowRepository(state, process.env).git(args)).toString();
  const refs = async (): Promise<readonly string[]> =>
    (await git('for-each-ref', '--format=%(refname:lstrip=3)')).trim().split('\n').toSorted();
  const oneRun = async (content: string): Promise<string> => {
    await writeFile(path.join(test.bed.workspace, 'changing.txt'), `${content}\n`);
    return plain.run();
  };
  /** Each run that is listed is whole, and its snapshot too. */
  const assertWhole = async (): Promise<void> => {
    const { runs } = plain.controlled;
    const listed = await names('runs');
    for (const runId of listed) {
      assert.equal((await runs.view(runId)).state, 'completed');
      const head = JSON.parse(await runs.readFile(runId, 'run.json')) as { snapshotTree: string };
      const { entries } = await plain.services.snapshots.openSnapshot(head.snapshotTree);
      assert.ok(entries.length > 0);
    }
    const known = await refs();
    assert.deepEqual(
      listed.filter((runId) => !known.includes(runId)),
      [],
    );
    await git('fsck', '--full', '--strict', '--no-dangling');
  };

  it('leaves no half run when it is killed, and the next one finishes it', async () => {
    for (let round = 0; round < 6; round += 1) {
      for (let run = 0; run < 3; run += 1) await oneRun(`${round} ${run}`);
      await mkdir(path.join(state, 'dropping'), { recursive: true });
      const child = await start(1, 1);
      // Later in each round: at a folder that comes or goes, or when git has something new.
      const inSight = ['dropping', 'dropping', 'dropping', 'dropping', 'shadow.git', 'shadow.git'];
      const changed = changesIn(path.join(state, inSight[round] ?? ''), 1 + (round % 4));
      child.go();
      await changed;
      await child.kill();
      await assertWhole();
      await prune(2);
      assert.equal((await names('runs')).length <= 2, true);
      assert.deepEqual(await names('dropping'), []);
      assert.deepEqual(await refs(), await names('runs'));
      await assertWhole();
    }
  });

  it('is done by one of several that try at once', async () => {
    const all: string[] = [];
    for (let run = 0; run < 5; run += 1) all.push(await oneRun(`${run}`));
    const pruners = await Promise.all([start(2, 3), start(2, 3), start(2, 3)]);
    for (const child of pruners) child.go();
    await Promise.all(pruners.map((child) => child.succeed()));
    const results = pruners.map(({ output }) => output).join('');
    assert.equal([...results.matchAll(/pruned 3 0 collected/gu)].length, 1, results);
    const others = [...results.matchAll(/pruned (.*)/gu)].map(([, said = '']) => said);
    for (const said of others) assert.match(said, /^(?:[03] 0 (?:collected|nothing)|locked)$/u);
    assert.deepEqual(await names('runs'), all.slice(-2).toSorted());
    await assertWhole();
  });

  it('takes nothing from runs that start, go on and end meanwhile', async () => {
    await oneRun('first');
    const pruner = await start(2, Infinity);
    pruner.go();
    for (let run = 0; run < 8; run += 1) {
      // Of three contents: what one round drops, another needs again.
      await oneRun(`${run % 3}`);
    }
    // It has dropped in their midst, or drops now in its last round: all but the newest two of nine.
    pruner.stop();
    await pruner.succeed();
    assert.match(pruner.output, /^dropped 7 in all$/mu);
    assert.equal((await names('runs')).length, 2);
    await assertWhole();
  });

  it('leaves a run that somebody decides about', async () => {
    const old = await oneRun('old');
    await oneRun('new');
    for (const file of [applyLockFile(state), runLockFile(state, old)]) {
      const request = { file, purpose: 'decide', waitMs: 0 };
      const report = await withLock(request, () => prune(1));
      const refused = report.refused.map(({ run, reason }) => `${run.runId} ${reason}`);
      assert.deepEqual([refused, report.dropped], [[`${old} beingDecided`], []]);
    }
    assert.deepEqual(
      (await prune(1)).dropped.map(({ runId }) => runId),
      [old],
    );
  });

  it('does nothing where there is nothing', async () => {
    await rm(state, { recursive: true, force: true });
    const report = await prune(1);
    assert.deepEqual(report, {
      dropped: [],
      refused: [],
      unreadable: [],
      failed: [],
      left: { runs: 0, bytes: 0 },
      objects: 'nothing',
    });
    assert.deepEqual(await readdir(state), ['locks']);
  });

  it('makes what is remembered of a dropped run undecidable', async () => {
    const { reviews, runs } = plain.controlled;
    const old = await oneRun('old');
    assert.deepEqual((await reviews.get(old)).files, []);
    await oneRun('new');
    await prune(1);
    const dropped = /No run .* in this workspace\. Old runs are deleted/u;
    await assert.rejects(runs.view(old), dropped);
    await assert.rejects(reviews.get(old), dropped);
    await assert.rejects(reviews.reject(old, { type: 'all' }), dropped);
    assert.equal((await names('runs')).includes(old), false);
  });
});

/** Resolves after so many changes of a folder. */
async function changesIn(folder: string, changes: number): Promise<void> {
  let seen = 0;
  for await (const event of watch(folder, { signal: AbortSignal.timeout(20_000) })) {
    assert.ok(event);
    seen += 1;
    if (seen >= changes) return;
  }
}
