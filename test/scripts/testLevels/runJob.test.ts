import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { JobResult } from '../../../scripts/testLevels/job.d.mts';
import { runJob } from '../../../scripts/testLevels/runJob.mjs';

describe('A job of a test run', function () {
  this.timeout(60_000);
  let directory = '';

  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'muster-jobs-'));
  });
  after(() => rm(directory, { recursive: true }));

  async function run(source: string, limitMs = 30_000): Promise<JobResult> {
    const file = path.join(directory, 'some.test.cjs');
    await writeFile(file, source);
    const level = { type: 'mocha', name: 'some', lane: 'computes', needs: [] } as const;
    return runJob({
      level: { ...level, limitMs, testLimitMs: 20_000 },
      title: 'some',
      files: [file],
      seconds: 1,
    });
  }

  it('counts what passed, failed and was skipped, and hands on all that was printed', async () => {
    const { counts, problem, output } = await run(`
      it('is good', () => console.error('said aside'));
      it('is bad', () => { throw new Error('no good'); });
      it.skip('is passed over', () => undefined);`);
    const { passed, failed, skipped } = counts;
    assert.deepEqual([passed, failed, skipped, problem], [1, 1, 1, undefined]);
    assert.match(output, /said aside[\s\S]*no good/u);
  });

  const failures: readonly (readonly [string, string, RegExp])[] = [
    ['has no tests', `describe('nothing', () => undefined);`, /its files hold no tests/u],
    ['ends in the middle', `it('ends', () => process.exit(0));`, /without saying what passed/u],
    ['breaks off', `process.kill(process.pid, 'SIGKILL');`, /it ended with SIGKILL/u],
    ['cannot be loaded', `throw new Error('broken');`, /it ended with 1/u],
  ];
  for (const [title, source, expected] of failures) {
    it(`fails when its file ${title}`, async () => {
      const { counts, problem } = await run(source);
      assert.equal(counts.failed, 1);
      assert.match(problem ?? '', expected);
    });
  }

  it('is killed at its limit with all that it started, and what it printed stays', async () => {
    const { counts, problem, output } = await run(
      `console.log('begun');
       require('node:child_process').spawn(process.execPath, ['-e', 'for (;;);']);
       for (;;);`,
      1500,
    );
    assert.equal(counts.failed, 1);
    assert.match(problem ?? '', /it was killed at its limit of 0.025 minutes/u);
    assert.match(output, /begun/u);
  });
});
