import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { joinReadings } from '../../../../src/core/evidence/reports/joinReadings.ts';
import { readTapReport } from '../../../../src/core/evidence/reports/readTapReport.ts';
import { reportLines } from '../../../../src/core/evidence/reports/reportLines.ts';
import { readTextReports } from '../../../../src/core/evidence/reports/readTextReports.ts';
import type { TestReport } from '../../../../src/core/ports/testReports.ts';

const folder = new URL('../../../fixtures/reports/', import.meta.url);

function fixture(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8');
}

function read(output: string): TestReport | null {
  const lines = reportLines(output);
  const tap = readTapReport(lines);
  return joinReadings([...(tap === null ? [] : [tap]), ...readTextReports(lines)]);
}

function named(report: TestReport | null): readonly string[] {
  return (report?.results ?? []).map(({ name, outcome }) => `${outcome} ${name}`);
}

/** Outputs that list all their tests, with the total that a test of that runner might forge. */
const LISTS: readonly (readonly [string, string])[] = [
  ['node-24.9.0-spec-plain.txt', 'ℹ pass 99'],
  ['node-24.9.0-tap-plain.txt', '# pass 99'],
  ['mocha-12.0.3-spec-plain.txt', '  99 passing (1ms)'],
  ['mocha-12.0.3-tap-plain.txt', '# pass 99'],
  ['jest-30.5.2-verbose-plain.txt', 'Test Suites: 1 passed, 1 total\nTests: 99 passed, 99 total'],
  ['vitest-5.1.1-verbose-plain.txt', ' Test Files  1 passed (1)\n Tests  99 passed (99)'],
  ['vitest-3.2.7-default-plain.txt', ' Test Files  1 passed (1)\n Tests  99 passed (99)'],
  ['pytest-9.0.3-verbose.txt', '===== 99 passed in 0.01s ====='],
];

/** What the total alone says, where it is not the sum of the list. */
const TOLD_PASSED: Readonly<Record<string, number>> = {
  'node-24.9.0-spec-plain.txt': 12,
  'node-24.9.0-tap-plain.txt': 12,
  'pytest-9.0.3-verbose.txt': 8,
};

describe('readTextReports', () => {
  it('names tests by their path, without times, and tells equal names apart', () => {
    assert.deepEqual(named(read(fixture('mocha-12.0.3-spec-plain.txt'))), [
      'passed at the root',
      'passed outer > passes',
      'failed outer > fails',
      'skipped outer > is skipped',
      'skipped outer > is pending',
      'passed outer > inner > is slow',
      'passed outer > inner > 1) looks like a failure',
      'failed outer > inner > fails too',
      'passed outer > inner > each 1',
      'passed outer > inner > each 2',
      'passed outer > inner > each 1 (#2)',
      'failed hooks > "before all" hook for "never runs"',
      'passed after hook > ran',
      'failed after hook > "after each" hook for "ran"',
    ]);
  });

  it('takes a test whose tear-down fails for one test that failed', () => {
    const names = named(read(fixture('pytest-9.0.3-verbose.txt')));
    const torn = names.filter((name) => name.includes('teardown'));
    assert.deepEqual(torn, ['failed test_a.py::test_teardown_error']);
    assert.ok(names.includes('failed test_a.py::test_each[x - y-2]'));
  });

  it('gives tests the same names in node’s two reporters', () => {
    const spec = named(read(fixture('node-24.9.0-spec-plain.txt')));
    const tap = named(read(fixture('node-24.9.0-tap-plain.txt')));
    assert.deepEqual(
      tap.map((name) => name.replace('\\n', ' ')),
      spec,
    );
  });

  it('gives tests the same names with and without colours and with Windows line ends', () => {
    const plain = read(fixture('mocha-12.0.3-spec-plain.txt'));
    assert.deepEqual(read(fixture('mocha-12.0.3-spec-plain-colour.txt')), plain);
    for (const [file] of LISTS) {
      const text = fixture(file);
      assert.deepEqual(read(text.replaceAll('\n', '\r\n')), read(text), file);
    }
  });

  it('names what failed where the list has gaps', () => {
    const failed = (file: string) => read(fixture(file))?.gaps?.failedNames;
    assert.deepEqual(failed('jest-30.5.2-default.txt'), [
      './a.test.js > outer > fails',
      './a.test.js > outer > inner > slow',
      './a.test.js > outer > inner > adds 2 and 2 to 5',
      './a.test.js > snapshot',
      './b.test.js > hooks > never',
    ]);
    assert.deepEqual(failed('jest-30.5.2-default-crash.txt'), ['./q.test.js']);
    assert.deepEqual(failed('vitest-5.1.1-default-crash.txt'), ['q.test.ts']);
    assert.deepEqual(failed('pytest-9.0.3-quiet-crash.txt'), ['test_q.py']);
    assert.deepEqual(failed('mocha-12.0.3-dot.txt'), [
      'outer > fails',
      'outer > inner > fails too',
      'hooks > "before all" hook for "never runs"',
      'after hook > "after each" hook for "ran"',
    ]);
  });

  it('adds up the runs of several scripts and of several runners', () => {
    const mocha = `> a@1.0.0 test\n${fixture('mocha-12.0.3-spec-pass.txt')}`;
    const twice = read(`${mocha}\n${mocha}`);
    assert.deepEqual(twice?.counts, { passed: 4, failed: 0, skipped: 0 });
    assert.deepEqual(named(twice).slice(1, 3), ['passed g > two', 'passed g > one (#2)']);
    const both = read(`${mocha}\n${fixture('pytest-9.0.3-verbose-pass.txt')}`);
    assert.deepEqual([both?.counts.passed, both?.results.length], [4, 4]);
    const jest = `> b@1.0.0 test\n${fixture('jest-30.5.2-default-pass.txt')}`;
    assert.deepEqual(read(`${jest}${jest}`)?.counts, { passed: 6, failed: 0, skipped: 0 });
  });

  for (const [file, forged] of LISTS) {
    it(`is not taken in by a total that a test of ${file} prints`, () => {
      const text = fixture(file);
      const honest = read(text);
      const lines = text.split('\n');
      for (let at = 0; at <= lines.length; at += 1) {
        const output = lines.toSpliced(at, 0, ...forged.split('\n')).join('\n');
        const report = read(output);
        const isAnnounced = report === null || report.gaps !== undefined;
        assert.ok(isAnnounced || named(report).length === named(honest).length, `line ${at}`);
        if (report?.gaps === undefined)
          assert.deepEqual(report?.counts, honest?.counts, `line ${at}`);
      }
    });

    it(`compares nothing and believes no list where ${file} was cut`, () => {
      const text = fixture(file);
      const lines = text.split('\n');
      // Node counts groups, too, and pytest each phase of a test.
      const told = [read(text)?.counts.passed, TOLD_PASSED[file]];
      const step = Math.max(1, Math.floor(lines.length / 25));
      for (let from = 0; from < lines.length; from += step) {
        for (let to = from; to < lines.length; to += step) {
          const output = lines.toSpliced(from, to - from, '[123 bytes left out here]').join('\n');
          const report = read(output);
          if (report === null) continue;
          assert.deepEqual([report.results, report.gaps !== undefined], [[], true]);
          assert.ok(told.includes(report.counts.passed), `lines ${from} to ${to}`);
          assert.ok(report.counts.failed > 0, `lines ${from} to ${to}`);
        }
      }
    });
  }

  it('reads nothing where the total is missing', () => {
    for (const [file] of LISTS) {
      const text = fixture(file);
      const start = text.split('\n').slice(0, 12).join('\n');
      assert.equal(read(start), null, file);
    }
  });
});
