import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { listFiles } from '../host/support/sampleWorkspace.ts';
import { obey } from '../host/support/obedientModel.ts';
import { agentThatEdits, manyAgents, workflow } from '../host/support/workflowScript.ts';
import { holdUntil, text } from '../support/messagesApi/replies.ts';
import { useCliBed } from './support/cliBed.ts';
import { readEnd } from './support/publicEvents.ts';
import { assertOk, completeRun } from './support/reviewedRun.ts';

const run = promisify(execFile);

const Kept = z.object({ runId: z.string(), bytes: z.number(), reason: z.string() });
const Named = z.object({ runId: z.string(), reason: z.string() });
const Pruned = z.object({
  dryRun: z.boolean(),
  dropped: z.array(z.object({ runId: z.string(), bytes: z.number() })),
  kept: z.array(Kept),
  unreadable: z.array(Named),
  failed: z.array(Named),
  left: z.object({ runs: z.number(), bytes: z.number() }),
  objects: z.string(),
});
type Pruned = z.infer<typeof Pruned>;

const money = 'lib/util/money.js';
const proposing = workflow(
  `await ${agentThatEdits({ path: money, from: "currency || 'EUR'", to: "currency ?? 'EUR'" })};`,
);

describe('muster prune', function () {
  this.timeout(90_000);
  const test = useCliBed();

  beforeEach(() => test.bed.useSample());

  /** A run that proposes nothing, over a workspace with a file that no other run sees. */
  async function plainRun(name: string): Promise<string> {
    const file = path.join(test.bed.workspace, 'only.txt');
    await writeFile(file, `only run ${name} sees this\n`);
    const runId = await completeRun(test.bed, workflow('return 1;'));
    await rm(file);
    return runId;
  }

  async function prune(...options: readonly string[]): Promise<Pruned> {
    const result = await test.bed.run('prune', '--json', ...options);
    assertOk(result);
    return Pruned.parse(JSON.parse(result.stdout));
  }

  const folder = async (...names: readonly string[]): Promise<string> =>
    path.join(await test.bed.stateDirectory(), ...names);
  const listed = async (): Promise<readonly string[]> =>
    (await readdir(await folder('runs'))).toSorted();
  const git = async (...args: readonly string[]): Promise<string> =>
    (await run('git', ['--git-dir', await folder('shadow.git'), ...args])).stdout;
  const refs = async (): Promise<readonly string[]> =>
    (await git('for-each-ref', '--format=%(refname:lstrip=3)')).trim().split('\n').toSorted();
  const hasContent = async (content: string): Promise<boolean> => {
    const objects = await git('cat-file', '--batch-all-objects', '--batch');
    return objects.includes(content);
  };

  it('drops the oldest runs whole, with what only their snapshots held', async () => {
    const runs = [await plainRun('one'), await plainRun('two'), await plainRun('three')];
    const [one = '', two = '', three = ''] = runs;
    assert.equal(await hasContent('only run one sees this'), true);
    const pruned = await prune('--keep', '2');
    assert.deepEqual(
      pruned.dropped.map(({ runId }) => runId),
      [one],
    );
    assert.deepEqual([pruned.left.runs, pruned.objects, pruned.kept], [2, 'collected', []]);
    assert.deepEqual(await listed(), [two, three].toSorted());
    assert.deepEqual(await refs(), [two, three].toSorted());
    assert.equal(await hasContent('only run one sees this'), false);
    assert.equal(await hasContent('only run two sees this'), true);
    await git('fsck', '--full', '--strict', '--no-dangling');
    const left = (await listFiles(await test.bed.stateDirectory())).filter((file) =>
      file.includes(one),
    );
    assert.deepEqual(left, []);
    const shown = await test.bed.run('show', one);
    assert.equal(shown.exitCode, 2);
    assert.match(shown.stderr, /No run "/u);
    assertOk(await test.bed.run('audit', two));
    assertOk(await test.bed.run('show', three));
  });

  it('goes by size, and keeps the newest', async () => {
    const [one, two] = [await plainRun('one'), await plainRun('two')];
    const result = await test.bed.run('prune', '--max-bytes', '10');
    assertOk(result);
    assert.match(result.stdout, /^Deleted 1 run \(\d+\.\d KiB\); 1 run \(\d+\.\d KiB\) left\.$/mu);
    assert.match(result.stdout, new RegExp(`^ {2}deleted {2}${one}$`, 'mu'));
    assert.match(result.stdout, new RegExp(`^ {2}kept {2}${two}: it is the newest one$`, 'mu'));
  });

  it('keeps fifty when nothing is said', async () => {
    const runId = await plainRun('one');
    const pruned = await prune();
    assert.deepEqual([pruned.dropped, pruned.left.runs], [[], 1]);
    assert.deepEqual(await listed(), [runId]);
  });

  it('says what it would drop, and drops nothing', async () => {
    const [one] = [await plainRun('one'), await plainRun('two')];
    const before = await listFiles(await test.bed.stateDirectory());
    const pruned = await prune('--keep', '1', '--dry-run');
    assert.deepEqual(
      [pruned.dryRun, pruned.dropped.map(({ runId }) => runId), pruned.left.runs],
      [true, [one], 1],
    );
    const said = await test.bed.run('prune', '--keep', '1', '--dry-run');
    assert.match(said.stdout, /^Would delete 1 run .* would be left\.$/mu);
    assert.deepEqual(await listFiles(await test.bed.stateDirectory()), before);
  });

  it('keeps a run under review until all of it is decided', async () => {
    const reviewed = await completeRun(test.bed, proposing);
    const newest = await plainRun('newest');
    const result = await test.bed.run('prune', '--keep', '1');
    assertOk(result);
    assert.match(result.stdout, /^Deleted 0 runs/mu);
    assert.match(result.stdout, new RegExp(`kept {2}${reviewed}: under review; decide with:`, 'u'));
    assertOk(await test.bed.run('accept', reviewed, '--all'));
    assertOk(await test.bed.run('undo', reviewed));
    const undone = await prune('--keep', '1');
    assert.deepEqual(
      undone.kept.map(({ runId, reason }) => [runId, reason]),
      [[reviewed, 'underReview']],
    );
    assertOk(await test.bed.run('reject', reviewed, '--all'));
    const decided = await prune('--keep', '1');
    assert.deepEqual(
      decided.dropped.map(({ runId }) => runId),
      [reviewed],
    );
    assert.deepEqual(await listed(), [newest]);
  });

  it('keeps a run that goes on, and one that waits for an answer', async () => {
    const api = await test.bed.startModel(obey);
    const gated = workflow(`return await gate('Ship it?');`);
    const stopped = await (await test.bed.startScript(gated, api, '--json')).ended;
    assert.equal(stopped.exitCode, 4, stopped.stderr);
    const waiting = readEnd(stopped.stdout).runId;
    const held = Promise.withResolvers<undefined>();
    const slow = await test.bed.startModel(() => holdUntil(held.promise, text('fine')));
    const running = await test.bed.startScript(manyAgents(1), slow, '--json');
    await slow.waitFor((seen) => seen.inFlight() === 1, 20_000, 'an open request');
    const active = (await listed()).find((runId) => runId !== waiting) ?? '';
    await plainRun('newest');
    const pruned = await prune('--keep', '1');
    assert.deepEqual(
      new Set(pruned.kept.map(({ runId, reason }) => `${runId} ${reason}`)),
      new Set([`${waiting} waiting`, `${active} active`]),
    );
    assert.deepEqual(pruned.dropped, []);
    held.resolve(undefined);
    const ended = await running.ended;
    assert.equal(ended.exitCode, 0, ended.stderr);
    assertOk(await test.bed.run('audit', active));
    assert.equal((await test.bed.run('gate', waiting, 'approve')).exitCode, 0);
  });

  it('takes the objects of dropped runs later while another run needs the repository', async () => {
    const one = await plainRun('one');
    await plainRun('two');
    const held = Promise.withResolvers<undefined>();
    const slow = await test.bed.startModel(() => holdUntil(held.promise, text('fine')));
    const running = await test.bed.startScript(manyAgents(1), slow, '--json');
    await slow.waitFor((seen) => seen.inFlight() === 1, 20_000, 'an open request');
    const first = await test.bed.run('prune', '--keep', '2');
    assertOk(first);
    assert.match(
      first.stdout,
      /Their snapshots still take up space, because another run is using/u,
    );
    assert.equal((await listed()).includes(one), false);
    assert.equal(await hasContent('only run one sees this'), true);
    held.resolve(undefined);
    await running.ended;
    assert.equal((await prune('--keep', '2')).objects, 'collected');
    assert.equal(await hasContent('only run one sees this'), false);
  });

  it('leaves alone what it cannot read, and names it', async () => {
    const broken = await plainRun('broken');
    await plainRun('newest');
    await writeFile(await folder('runs', broken, 'journal.jsonl'), 'not a journal\n');
    await mkdir(await folder('runs', 'notes'));
    await writeFile(await folder('runs', 'notes', 'mine.txt'), 'of the user\n');
    const before = await listFiles(await folder('runs'));
    const pruned = await prune('--keep', '0');
    assert.deepEqual(
      new Set(pruned.unreadable.map(({ runId }) => runId)),
      new Set([broken, 'notes']),
    );
    assert.equal(pruned.dropped.length, 1);
    const after = await listFiles(await folder('runs'));
    assert.deepEqual(
      after,
      before.filter((file) => file.startsWith(broken) || file.startsWith('notes')),
    );
  });

  it('drops snapshots of plans and estimates after a day', async () => {
    const script = await test.bed.writeScript(workflow('return 1;'));
    assertOk(await test.bed.run('estimate', '--script', script, '--provider', 'offline'));
    const [stray = ''] = await refs();
    assert.match(stray, /^(?:estimate|find)-/u);
    assert.equal((await prune()).objects, 'nothing');
    assert.ok((await refs()).includes(stray));
    const aged = new Date(Date.now() - 25 * 60 * 60_000);
    for (const name of await refs()) {
      await utimes(await folder('shadow.git', 'refs', 'muster', 'runs', name), aged, aged);
    }
    const runId = await plainRun('one');
    await prune();
    assert.deepEqual(await refs(), [runId]);
  });

  it('finishes what a killed one began', async () => {
    const [one, two] = [await plainRun('one'), await plainRun('two')];
    await mkdir(await folder('dropping'));
    await rename(await folder('runs', one), await folder('dropping', one));
    const pruned = await prune();
    assert.deepEqual([pruned.dropped, pruned.objects], [[], 'collected']);
    assert.deepEqual(await readdir(await folder('dropping')), []);
    assert.deepEqual(await refs(), [two]);
    assert.equal(await hasContent('only run one sees this'), false);
  });

  it('is refused a number that is none', async () => {
    for (const wrong of ['-1', '1.5', 'many']) {
      const result = await test.bed.run('prune', '--keep', wrong);
      assert.equal(result.exitCode, 2, wrong);
      assert.match(result.stderr, /whole number|not a number/u);
    }
  });
});
