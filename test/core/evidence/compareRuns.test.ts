import assert from 'node:assert/strict';
import { compareRuns } from '../../../src/core/evidence/compareRuns.ts';
import { makeReceipt } from '../../../src/core/evidence/makeReceipt.ts';
import { readTextReports } from '../../../src/core/evidence/reports/readTextReports.ts';
import { reportLines } from '../../../src/core/evidence/reports/reportLines.ts';
import { reportOf } from '../../../src/core/evidence/reportOf.ts';
import { passedFacts as facts } from './support/passedFacts.ts';
import { verdictOf } from '../../../src/core/evidence/verdictOf.ts';
import type { TestReport } from '../../../src/core/ports/testReports.ts';
import type { TestResult } from '../../../src/protocol/receipt.ts';

/** `a b- c!`: a passed, b was skipped, c failed. */
function tests(text: string): TestReport {
  const outcomes: Readonly<Record<string, TestResult['outcome']>> = {
    '-': 'skipped',
    '!': 'failed',
  };
  return reportOf(
    text.split(' ').map((word) => ({
      name: word.replace(/[-!]$/u, ''),
      outcome: outcomes[word.slice(-1)] ?? 'passed',
    })),
  );
}

function printed(output: string): TestReport {
  const report = readTextReports(reportLines(output))[0]?.report;
  assert.ok(report);
  return report;
}

const jest = (failed: readonly string[], passed: number, more = '') =>
  printed(
    `FAIL ./a.test.js\n${failed.map((name) => `  ● ${name}\n\n    expected\n`).join('\n')}\nPASS ./b.test.js\n${more}Test Suites: 1 failed, 1 passed, 2 total\nTests:       ${failed.length} failed, ${passed} passed, ${failed.length + passed} total\n`,
  );

describe('compareRuns', () => {
  type Case = readonly [string, TestReport | null, TestReport | null, string, string, string];
  const cases: readonly Case[] = [
    ['a test that fails now', tests('a b'), tests('a! b'), 'a', '', ''],
    ['a test that is skipped now', tests('a b'), tests('a- b'), 'a', 'a', ''],
    ['a test that is gone', tests('a b'), tests('b'), 'a', 'a', ''],
    ['a test that was renamed', tests('a b'), tests('a2 b'), 'a', 'a', ''],
    ['a suite that says nothing any more', tests('a b'), null, 'a b', 'a b', ''],
    ['a new test', tests('a'), tests('a b'), '', '', ''],
    ['a new test that fails', tests('a'), tests('a b!'), '', '', ''],
    ['an old failure', tests('a! b'), tests('a! b'), '', '', ''],
    ['an old failure that is skipped now', tests('a! b'), tests('a- b'), '', '', ''],
    ['an old failure that is mended', tests('a! b'), tests('a b'), '', '', 'a'],
    ['the same failure of jest', jest(['old'], 2), jest(['old'], 2), '', '', ''],
    [
      'another failure of jest',
      jest(['old'], 2),
      jest(['old', 'new'], 1),
      './a.test.js > new',
      '',
      '',
    ],
    [
      'one failure of jest less',
      jest(['old', 'b'], 1),
      jest(['old'], 2),
      '',
      '',
      './a.test.js > b',
    ],
  ];
  for (const [title, before, now, regressions, vanished, fixed] of cases) {
    it(`judges ${title}`, () => {
      const found = compareRuns(before, now);
      assert.deepEqual(
        [found.regressions.join(' '), found.vanished.join(' '), found.fixed.join(' ')],
        [regressions, vanished, fixed],
      );
      assert.equal(found.problem, null);
    });
  }

  it('says how many tests are gone where their names are not known', () => {
    const found = compareRuns(jest(['old', 'b'], 3), jest(['old'], 2));
    assert.deepEqual([found.problem, found.fixed], ['2 tests that ran there did not run now', []]);
  });

  it('compares nothing where two failed tests have one name, or an output was cut', () => {
    const twins = jest(['old', 'old'], 2);
    assert.match(compareRuns(twins, twins).problem ?? '', /does not name every test there/u);
    const cut = jest(['old'], 2, '[70000 bytes left out here]\n');
    assert.match(compareRuns(jest(['old'], 2), cut).problem ?? '', /does not name every test now/u);
  });
});

describe('A receipt', () => {
  const then = (report: TestReport | null) => ({
    treeHash: 'then',
    logPath: '/log.baseline',
    result: facts.result,
    report,
  });
  const none = { counts: { passed: 0, failed: 0, skipped: 0 }, results: [] };
  const judged = (change: object) => {
    const receipt = makeReceipt({ ...facts, ...change });
    const evidence = { receipts: [receipt], requiredCommands: [], currentTreeHash: 'now' };
    return [receipt.ok, receipt.doubts?.join() ?? '', verdictOf(evidence)];
  };

  it('is no pass when tests that passed before did not run, whatever the exit code', () => {
    const change = { report: tests('b'), baseline: then(tests('a b')) };
    assert.deepEqual(judged(change), [false, '', 'failed']);
    assert.deepEqual(judged({ report: null, baseline: then(tests('a b')) }).slice(0, 1), [false]);
    assert.equal(judged({ report: null, baseline: then(tests('a b')) })[2], 'failed');
  });

  for (const command of [
    'npm test',
    'npm run test:unit',
    'node --test',
    'npx mocha',
    'yarn jest --ci',
    'vitest run',
    'python -m pytest -q',
    'cd a && pytest',
    'make check',
  ]) {
    it(`proves nothing when "${command}" ran no tests`, () => {
      assert.deepEqual(judged({ command, report: none }), [false, 'it ran no tests', 'unverified']);
      const skipped = { ...none, counts: { ...none.counts, skipped: 3 } };
      assert.equal(judged({ command, report: skipped })[0], false);
    });
  }

  it('passes without tests where the command is for something else, or reports nothing', () => {
    assert.deepEqual(judged({ command: 'npm run build', report: none }), [true, '', 'passed']);
    assert.deepEqual(judged({}), [true, '', 'passed']);
    for (const command of ['npm run contest', 'cat test', 'eslint .', 'node build.js']) {
      assert.equal(judged({ command, report: none })[0], true, command);
    }
  });

  it('proves nothing when fewer tests ran than before and no names tell which', () => {
    const before = { ...jest([], 3) };
    assert.deepEqual(judged({ report: jest([], 2), baseline: then(before) }), [
      false,
      '1 test that ran there did not run now',
      'unverified',
    ]);
  });
});
