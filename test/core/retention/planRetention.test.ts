import assert from 'node:assert/strict';
import {
  MAX_WAITING_MS,
  planRetention,
  type RetainedRun,
} from '../../../src/core/retention/planRetention.ts';
import type { RetentionConfig } from '../../../src/protocol/host/hostRpc.ts';
import { fc } from '../../support/fastCheck.ts';

const nowMs = 100 * 24 * 60 * 60_000;
const idle = { isActive: false, isUnderReview: false, isWaiting: false };

/** A run that ended so many minutes before now and takes 10 bytes. */
function run(runId: string, minutes: number, facts: Partial<RetainedRun> = {}): RetainedRun {
  const endedAt = nowMs - minutes * 60_000;
  return { ...idle, runId, startedAt: endedAt - 1, endedAt, bytes: 10, ...facts };
}

function check(
  runs: readonly RetainedRun[],
  limits: Partial<RetentionConfig>,
  expected: { readonly drop?: string; readonly refused?: string },
): void {
  const plan = planRetention(runs, { maxRuns: 50, maxBytes: 1e6, ...limits }, nowMs);
  const refused = plan.refused.map((kept) => `${kept.run.runId}:${kept.reason}`);
  assert.deepEqual(
    { drop: plan.drop.map(({ runId }) => runId).join(' '), refused: refused.join(' ') },
    { drop: '', refused: '', ...expected },
  );
}

describe('planRetention', () => {
  it('keeps everything that is within the limits', () => {
    check([], {}, {});
    check([run('a', 3), run('b', 2)], { maxRuns: 2, maxBytes: 20 }, {});
  });

  it('drops the oldest beyond the number of runs, the oldest first', () => {
    check([run('b', 2), run('d', 4), run('a', 1), run('c', 3)], { maxRuns: 2 }, { drop: 'd c' });
  });

  it('drops the oldest beyond the number of bytes', () => {
    check([run('a', 1), run('b', 2), run('c', 3)], { maxBytes: 25 }, { drop: 'c' });
    const large = run('b', 2, { bytes: 1000 });
    check([run('a', 1), large, run('c', 3)], { maxBytes: 25 }, { drop: 'c b' });
  });

  it('goes by the end of a run, and by its beginning while it has none', () => {
    const long = run('long', 1, { startedAt: 0 });
    check([run('a', 2), long], { maxRuns: 1 }, { drop: 'a' });
    const open = run('open', 1, { startedAt: 0, endedAt: null });
    check([run('a', 2), open], { maxRuns: 1 }, { drop: 'open' });
  });

  it('keeps what is active, under review or waiting, and names it', () => {
    const runs = [
      run('new', 0),
      run('reviewed', 1, { isUnderReview: true }),
      run('waiting', 2, { isWaiting: true }),
      run('active', 3, { isActive: true, isUnderReview: true }),
      run('old', 4),
    ];
    const refused = 'active:active waiting:waiting reviewed:underReview';
    check(runs, { maxRuns: 1 }, { drop: 'old', refused });
  });

  it('drops no newer run in the place of one that it must keep', () => {
    const kept = Array.from({ length: 5 }, (_, index) =>
      run(`old-${index}`, 10 - index, { isUnderReview: true }),
    );
    const refused = kept.map(({ runId }) => `${runId}:underReview`).join(' ');
    check([...kept, run('a', 1), run('b', 2)], { maxRuns: 2 }, { refused });
  });

  it('no longer waits for a run after a month', () => {
    const minutes = MAX_WAITING_MS / 60_000;
    const waiting = { isWaiting: true };
    check([run('a', 0), run('b', minutes - 1, waiting)], { maxRuns: 1 }, { refused: 'b:waiting' });
    check([run('a', 0), run('b', minutes, waiting)], { maxRuns: 1 }, { drop: 'b' });
  });

  it('keeps the newest whatever its size, unless none is to be kept', () => {
    check([run('a', 0), run('b', 1)], { maxBytes: 5 }, { drop: 'b', refused: 'a:newest' });
    check([run('a', 0), run('b', 1)], { maxRuns: 0 }, { drop: 'b a' });
  });
});

describe('planRetention, whatever the runs are', () => {
  const anyRun = fc.record({
    startedAt: fc.integer({ min: 0, max: nowMs }),
    lasted: fc.option(fc.integer({ min: 0, max: 1000 })),
    bytes: fc.integer({ min: 0, max: 100 }),
    isActive: fc.boolean(),
    isUnderReview: fc.boolean(),
    isWaiting: fc.boolean(),
  });
  const anyRuns = fc.array(anyRun, { maxLength: 30 }).map((facts) =>
    facts.map(({ lasted, ...rest }, index): RetainedRun => {
      const endedAt = lasted === null ? null : rest.startedAt + lasted;
      return { ...rest, endedAt, runId: `run-${index}` };
    }),
  );
  const anyLimits = fc.record({
    maxRuns: fc.integer({ min: 0, max: 20 }),
    maxBytes: fc.integer({ min: 0, max: 1000 }),
  });
  const holds = (
    property: (runs: readonly RetainedRun[], limits: RetentionConfig) => void,
  ): void => {
    fc.assert(fc.property(anyRuns, anyLimits, property), { numRuns: 500 });
  };
  const timeOf = (one: RetainedRun): number => one.endedAt ?? one.startedAt;
  const isFree = (one: RetainedRun): boolean =>
    !one.isActive && !one.isUnderReview && !(one.isWaiting && nowMs - timeOf(one) < MAX_WAITING_MS);

  it('drops nothing that somebody needs', () => {
    holds((runs, limits) => {
      for (const dropped of planRetention(runs, limits, nowMs).drop) assert.ok(isFree(dropped));
    });
  });

  it('drops only what is older than all that it keeps freely', () => {
    holds((runs, limits) => {
      const { drop } = planRetention(runs, limits, nowMs);
      const kept = runs.filter((one) => isFree(one) && !drop.includes(one)).map(timeOf);
      for (const dropped of drop) assert.ok(kept.every((time) => time >= timeOf(dropped)));
    });
  });

  it('ends within the limits, or names what is beyond them and why', () => {
    holds((runs, limits) => {
      const { drop, refused, left } = planRetention(runs, limits, nowMs);
      const named = refused.reduce((sum, kept) => sum + kept.run.bytes, 0);
      assert.deepEqual(left, {
        runs: runs.length - drop.length,
        bytes: runs.filter((one) => !drop.includes(one)).reduce((sum, one) => sum + one.bytes, 0),
      });
      assert.ok(left.runs - refused.length <= limits.maxRuns);
      assert.ok(left.bytes - named <= limits.maxBytes);
    });
  });

  it('has nothing left to drop afterwards, and drops no more where more is allowed', () => {
    holds((runs, limits) => {
      const { drop } = planRetention(runs, limits, nowMs);
      const kept = runs.filter((one) => !drop.includes(one));
      assert.deepEqual(planRetention(kept, limits, nowMs).drop, []);
      const wider = { maxRuns: limits.maxRuns + 1, maxBytes: limits.maxBytes + 10 };
      for (const one of planRetention(runs, wider, nowMs).drop) assert.ok(drop.includes(one));
    });
  });
});
