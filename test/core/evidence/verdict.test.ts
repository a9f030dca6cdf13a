import assert from 'node:assert/strict';
import { makeReceipt } from '../../../src/core/evidence/makeReceipt.ts';
import type { VerificationFacts } from '../../../src/core/evidence/makeReceipt.ts';
import { verdictOf } from '../../../src/core/evidence/verdictOf.ts';
import type { Evidence } from '../../../src/core/evidence/verdictOf.ts';
import type { Receipt, TestResult, Verdict } from '../../../src/protocol/receipt.ts';
import { reportOf } from '../../../src/core/evidence/reportOf.ts';

const facts: VerificationFacts = {
  ...{ verifyId: 1, label: 'npm test', phase: null, command: 'npm test', cwd: '', required: true },
  ...{ sandbox: 'none', treeHash: 'now', logPath: '/log', report: null },
  result: { exitCode: 0, timedOut: false, durationMs: 5, output: 'fine' },
};
const receipt = (change: Partial<Receipt>): Receipt => ({ ...makeReceipt(facts), ...change });
const result = (name: string, outcome: TestResult['outcome']): TestResult => ({ name, outcome });

describe('verdictOf', () => {
  const good = receipt({});
  const bad = receipt({ ok: false });
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
    [
      'accepts old failures with a baseline',
      { receipts: [{ ...bad, tests: ran }], withBaseline: new Set([1]) },
      'passed',
    ],
    [
      'fails a suite with a baseline that did not run',
      { receipts: [bad], withBaseline: new Set([1]) },
      'failed',
    ],
    [
      'fails a regression',
      { receipts: [{ ...bad, tests: ran, regressions: ['a'] }], withBaseline: new Set([1]) },
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

describe('makeReceipt', () => {
  it('compares with the baseline and keeps the end of the output', () => {
    const made = makeReceipt({
      ...facts,
      result: { ...facts.result, exitCode: 1, output: `${'x'.repeat(9000)}end` },
      report: reportOf([result('a', 'failed'), result('b', 'passed'), result('c', 'failed')]),
      baseline: reportOf([result('a', 'passed'), result('b', 'failed'), result('c', 'failed')]),
    });
    const { ok, tests, failedTests, regressions, fixed, output } = made;
    assert.deepEqual(
      { ok, tests, failedTests, regressions, fixed, output: output.length },
      {
        ...{ ok: false, tests: { passed: 1, failed: 2, skipped: 0 }, failedTests: ['a', 'c'] },
        ...{ regressions: ['a'], fixed: ['b'], output: 8000 },
      },
    );
    assert.ok(made.output.endsWith('xend'));
  });

  it('does not believe an exit code of 0 when a test failed', () => {
    assert.equal(makeReceipt({ ...facts, report: reportOf([result('a', 'failed')]) }).ok, false);
    assert.equal(makeReceipt({ ...facts, result: { ...facts.result, timedOut: true } }).ok, false);
  });
});
