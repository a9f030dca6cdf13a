import assert from 'node:assert/strict';
import { Breaker } from '../../../../src/core/run/requests/breaker.ts';

/** One letter for each end: `.` is ok, any other is the cause of a failure. */
function check(ends: string, expected: readonly (readonly [after: number, text: string])[]): void {
  const breaker = new Breaker();
  const tripped: [number, string][] = [];
  for (const [index, end] of Array.from(ends).entries()) {
    const text = breaker.note(
      end === '.' ? { outcome: 'ok' } : { outcome: 'failed', cause: `cause ${end}` },
    );
    if (text !== null) tripped.push([index + 1, text]);
  }
  assert.deepEqual(tripped, expected);
}

describe('The breaker', () => {
  const inARow = '5 agents in a row failed with the same cause: cause a';
  const ofTwenty = (count: number) =>
    `${count} of the last 20 agents failed with the same cause: cause a`;

  const cases: readonly [string, string, readonly (readonly [number, string])[]][] = [
    ['lets four in a row pass', 'aaaa.aaaa', []],
    ['trips at five in a row', 'aaaaa', [[5, inARow]]],
    ['trips at five in a row after good ones', '....aaaaa', [[9, inARow]]],
    ['counts one cause only', 'aaaabaaaab', []],
    ['does not look at half before twenty ended', 'aa.aa.aa.aa.aa.', []],
    ['trips at half of the last twenty', 'a.a.a.a.a.a.a.a.a.a.', [[20, ofTwenty(10)]]],
    ['lets nine of twenty pass', 'a.a.a.a.a.a.a.a.a...', []],
    ['does not add causes up', 'a.b.a.b.a.b.a.b.a.b.', []],
    ['forgets what is longer ago', 'aaaa.aa..............aaaa', []],
    ['trips when an old success goes', '..a.a.a.a.a.a.a.a.a..a', [[22, ofTwenty(10)]]],
  ];
  for (const [name, ends, expected] of cases) it(name, () => check(ends, expected));

  it('starts anew after a reset', () => {
    const breaker = new Breaker();
    const fail = () => breaker.note({ outcome: 'failed', cause: 'a' });
    for (let count = 0; count < 4; count += 1) assert.equal(fail(), null);
    breaker.reset();
    for (let count = 0; count < 4; count += 1) assert.equal(fail(), null);
    assert.notEqual(fail(), null);
  });
});
