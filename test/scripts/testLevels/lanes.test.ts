import assert from 'node:assert/strict';
import type { Job, JobResult } from '../../../scripts/testLevels/job.d.mts';
import { runInLanes } from '../../../scripts/testLevels/lanes.mjs';

type Lane = Job['level']['lane'];

function job(name: string, seconds: number, lane: Lane = 'computes', needs: string[] = []): Job {
  const level = { type: 'mocha' as const, name, lane, needs, limitMs: 1000 };
  return { level, title: name, files: [], seconds };
}

/** Runs jobs that end when they are told to, and tells what runs. */
class Machine {
  readonly results: Promise<readonly JobResult[]>;
  readonly #running = new Map<string, (failed: number) => void>();
  #ended = Promise.withResolvers<undefined>();

  constructor(jobs: readonly Job[], cores: number) {
    this.results = runInLanes(jobs, {
      cores,
      runJob: (started) => this.#start(started),
      onEnd: () => this.#ended.resolve(undefined),
    });
  }

  get running(): readonly string[] {
    return [...this.#running.keys()];
  }

  /** Ends a job and waits until the next ones have started. */
  async end(name: string, failed = 0): Promise<void> {
    this.#ended = Promise.withResolvers();
    this.#running.get(name)?.(failed);
    this.#running.delete(name);
    await this.#ended.promise;
    await new Promise(setImmediate);
  }

  async #start(started: Job): Promise<JobResult> {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#running.set(started.title, resolve);
    const failed = await promise;
    const counts = { passed: 1, failed, skipped: 0 };
    return { job: started, counts, problem: undefined, seconds: 1, output: '' };
  }
}

describe('Lanes of a test run', () => {
  it('start the longest jobs first, one for each core and one that waits', async () => {
    const jobs = [
      job('a', 1),
      job('b', 3),
      job('c', 2),
      job('e', 5, 'waits'),
      job('f', 1, 'waits'),
    ];
    const machine = new Machine(jobs, 2);
    assert.deepEqual(machine.running, ['b', 'c', 'e']);
    await machine.end('c');
    assert.deepEqual(machine.running, ['b', 'e', 'a']);
    await machine.end('e');
    assert.deepEqual(machine.running, ['b', 'a', 'f']);
    for (const name of ['a', 'b', 'f']) await machine.end(name);
    assert.equal((await machine.results).length, 5);
  });

  it('take jobs of the other kind when their own has run out, and never too many editors', async () => {
    const editors = ['e', 'f', 'g', 'h'].map((name) => job(name, 2, 'waits'));
    const machine = new Machine([job('a', 9), ...editors], 2);
    assert.deepEqual(machine.running, ['a', 'e', 'f']);
    await machine.end('a');
    assert.deepEqual(machine.running, ['e', 'f']);
    for (const name of ['e', 'f', 'g', 'h']) await machine.end(name);
    assert.equal((await machine.results).length, 5);
  });

  it('hold a job back until all jobs of the levels that it needs have ended', async () => {
    const jobs = [job('build', 1), job('build', 1), job('cli', 9, 'computes', ['build'])];
    const machine = new Machine(
      jobs.map((each, index) => ({ ...each, title: `${each.title} ${index}` })),
      2,
    );
    assert.deepEqual(machine.running, ['build 0', 'build 1']);
    await machine.end('build 0');
    assert.deepEqual(machine.running, ['build 1']);
    await machine.end('build 1');
    assert.deepEqual(machine.running, ['cli 2']);
    await machine.end('cli 2');
    await machine.results;
  });

  it('fail a job whose needs have failed, without running it', async () => {
    const machine = new Machine([job('build', 1), job('cli', 9, 'computes', ['build'])], 2);
    await machine.end('build', 1);
    const results = await machine.results;
    assert.deepEqual(
      results.map(({ counts, problem }) => [counts.failed, problem]),
      [
        [1, undefined],
        [1, 'it did not run, since build failed'],
      ],
    );
  });
});
