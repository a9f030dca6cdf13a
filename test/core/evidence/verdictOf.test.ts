import assert from 'node:assert/strict';
import { makeReceipt } from '../../../src/core/evidence/makeReceipt.ts';
import type { BaselineFacts } from '../../../src/core/evidence/makeReceipt.ts';
import { receiptLine } from '../../../src/core/evidence/receiptLine.ts';
import { verdictOf } from '../../../src/core/evidence/verdictOf.ts';
import type { Evidence } from '../../../src/core/evidence/verdictOf.ts';
import type { Receipt, TestResult, Verdict } from '../../../src/protocol/receipt.ts';
import { reportOf } from '../../../src/core/evidence/reportOf.ts';
import { passedFacts as facts } from './support/passedFacts.ts';

const receipt = (change: Partial<Receipt>): Receipt => ({ ...makeReceipt(facts), ...change });
const result = (name: string, outcome: TestResult['outcome']): TestResult => ({ name, outcome });

describe('verdictOf', () => {
  const good = receipt({});
  const bad = receipt({ ok: false });
  const baseline = {
    exitCode: 1,
    timedOut: false,
    tests: null,
    treeHash: 'then',
    logPath: '/log.baseline',
    problem: null,
  };
  const compared = receipt({ ok: false, baseline });
  const lint = receipt({ command: 'lint' });
  const ran = { passed: 3, failed: 1, skipped: 0 };
  const cases: readonly [string, Partial<Evidence>, Verdict][] = [
    ['is unverified without any receipt', {}, 'unverified'],
    ['passes when every required command passed', { receipts: [good, lint] }, 'passed'],
    ['fails when one of them did not', { receipts: [good, { ...lint, ok: false }] }, 'failed'],
    ['counts the latest receipt of a command', { receipts: [bad, good] }, 'passed'],
    ['tells commands apart by their folder', { receipts: [bad, { ...good, cwd: 'a' }] }, 'failed'],
    [
      'does not count an optional command',
      { receipts: [receipt({ required: false })] },
      'unverified',
    ],
    [
      'ignores optional failures',
      { receipts: [good, { ...lint, ok: false, required: false }] },
      'passed',
    ],
    [
      'is unverified when the tree went on',
      { receipts: [good], currentTreeHash: 'later' },
      'unverified',
    ],
    ['does not blame a later tree', { receipts: [bad], currentTreeHash: 'later' }, 'unverified'],
    [
      'misses a required command that never ran',
      { receipts: [good], requiredCommands: [{ command: 'x', cwd: '' }] },
      'unverified',
    ],
    ['accepts old failures with a baseline', { receipts: [{ ...compared, tests: ran }] }, 'passed'],
    [
      'fails a suite that failed without a failed test',
      { receipts: [{ ...compared, tests: { ...ran, failed: 0 } }] },
      'failed',
    ],
    ['fails a suite with a baseline that did not run', { receipts: [compared] }, 'failed'],
    [
      'fails when nothing could be compared with the snapshot',
      { receipts: [{ ...bad, tests: ran, baseline: { ...baseline, problem: 'it is old' } }] },
      'failed',
    ],
    [
      'fails a regression',
      { receipts: [{ ...compared, tests: ran, regressions: ['a'] }] },
      'failed',
    ],
  ];
  for (const [title, evidence, expected] of cases) {
    it(title, () => {
      const base = { receipts: [], requiredCommands: [], currentTreeHash: 'now' };
      assert.equal(verdictOf({ ...base, ...evidence }), expected);
    });
  }
});

const before: BaselineFacts = {
  treeHash: 'then',
  logPath: '/log.baseline',
  report: null,
  result: { exitCode: 1, timedOut: false, durationMs: 5, output: 'fine' },
};

describe('makeReceipt', () => {
  it('compares with the baseline and keeps the end of the output', () => {
    const made = makeReceipt({
      ...facts,
      result: { ...facts.result, exitCode: 1, output: `${'x'.repeat(9000)}end` },
      report: reportOf([result('a', 'failed'), result('b', 'passed'), result('c', 'failed')]),
      baseline: {
        ...before,
        report: reportOf([result('a', 'passed'), result('b', 'failed'), result('c', 'failed')]),
      },
    });
    const { ok, tests, failedTests, regressions, fixed, output } = made;
    assert.deepEqual(
      { ok, tests, failedTests, regressions, fixed, output: output.length },
      {
        ok: false,
        tests: { passed: 1, failed: 2, skipped: 0 },
        failedTests: ['a', 'c'],
        regressions: ['a'],
        fixed: ['b'],
        output: 8000,
      },
    );
    assert.ok(made.output.endsWith('xend'));
  });

  const report = reportOf([result('a', 'failed'), result('new', 'failed'), result('b', 'passed')]);
  const then = reportOf([result('a', 'passed'), result('b', 'failed'), result('gone', 'failed')]);
  const more = reportOf([result('a', 'passed'), result('b', 'failed'), result('lost', 'passed')]);
  const skipped = reportOf([result('a', 'skipped'), result('b', 'skipped')]);
  type Compared = readonly [string, Partial<BaselineFacts>, string[], string[], string];
  const notCompared = 'not compared with the snapshot: ';
  const comparisons: readonly Compared[] = [
    ['by name', { report: then }, ['a'], ['b'], '1 regression and 1 fixed since the snapshot'],
    [
      'not with tests that were skipped',
      { report: skipped },
      [],
      [],
      '0 regressions and 0 fixed since the snapshot',
    ],
    [
      'by name with a suite whose tests are partly gone',
      { report: more },
      ['a', 'lost'],
      ['b'],
      '2 regressions (1 did not run) and 1 fixed since the snapshot',
    ],
    ['not without a report', {}, [], [], `${notCompared}its output named no tests there`],
    [
      'not with a report that names no tests',
      { report: { counts: { passed: 3, failed: 0, skipped: 0 }, results: [] } },
      [],
      [],
      `${notCompared}its output named no tests there`,
    ],
    [
      'not with a suite that was cut off',
      { report: then, result: { exitCode: null, timedOut: true, durationMs: 9, output: '' } },
      [],
      [],
      `${notCompared}it ran out of time there`,
    ],
    [
      'not with a command that could not be started',
      { result: 'no such folder' },
      [],
      [],
      `${notCompared}it could not run there: no such folder`,
    ],
  ];
  for (const [title, change, regressions, fixed, text] of comparisons) {
    it(`compares ${title}, and says so`, () => {
      const made = makeReceipt({ ...facts, report, baseline: { ...before, ...change } });
      assert.deepEqual([made.regressions, made.fixed], [regressions, fixed]);
      const counts = '1 tests passed, 2 failed, 0 skipped';
      const line = `npm test: failed (exit code 0); ${counts}; ${text}; `;
      assert.equal(receiptLine(made).slice(0, line.length), line);
      const { treeHash, logPath } = made.baseline ?? {};
      assert.deepEqual([treeHash, logPath], ['then', '/log.baseline']);
    });
  }

  it('names no baseline where none was asked for', () => {
    const made = makeReceipt({ ...facts, report });
    assert.deepEqual(['baseline' in made, made.regressions], [false, []]);
    assert.doesNotMatch(receiptLine(made), /snapshot/u);
  });

  it('does not believe an exit code of 0 when a test failed', () => {
    assert.equal(makeReceipt({ ...facts, report: reportOf([result('a', 'failed')]) }).ok, false);
    assert.equal(makeReceipt({ ...facts, result: { ...facts.result, timedOut: true } }).ok, false);
  });
});
