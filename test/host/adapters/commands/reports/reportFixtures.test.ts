import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { parseTestReport } from '../../../../../src/host/adapters/commands/reports/commandTestReports.ts';

const folder = new URL('../../../../fixtures/reports/', import.meta.url);

/** Passed, failed and skipped as the runner itself or its exit says, and whether every test has a name. */
type Row = readonly [string, readonly [number, number, number] | null, ('named' | 'gaps')?];

// Each is what a runner printed; those not called "plain" or "pass" hold tests that print forged lines.
const rows: readonly Row[] = [
  ['jest-30.5.2-default-crash.txt', [2, 1, 0], 'gaps'],
  ['jest-30.5.2-default-empty.txt', null],
  ['jest-30.5.2-default-pass.txt', [3, 0, 0], 'gaps'],
  ['jest-30.5.2-default.txt', [7, 5, 2], 'gaps'],
  ['jest-30.5.2-json-crash.txt', [2, 1, 0], 'named'],
  ['jest-30.5.2-json-empty.txt', null],
  ['jest-30.5.2-json-pass.txt', [3, 0, 0], 'named'],
  ['jest-30.5.2-json.txt', [7, 5, 2], 'named'],
  ['jest-30.5.2-one-file.txt', [1, 1, 0], 'named'],
  ['jest-30.5.2-verbose-colour.txt', [7, 5, 2], 'named'],
  ['jest-30.5.2-verbose-crash.txt', [2, 1, 0], 'named'],
  ['jest-30.5.2-verbose-empty.txt', null],
  ['jest-30.5.2-verbose-pass.txt', [3, 0, 0], 'named'],
  ['jest-30.5.2-verbose-plain.txt', [8, 4, 2], 'named'],
  ['jest-30.5.2-verbose.txt', [7, 5, 2], 'named'],
  ['mocha-12.0.3-dot.txt', [8, 4, 2], 'gaps'],
  ['mocha-12.0.3-json-crash.txt', null],
  ['mocha-12.0.3-json-empty.txt', [0, 0, 0], 'named'],
  ['mocha-12.0.3-json-pass.txt', [2, 0, 0], 'named'],
  ['mocha-12.0.3-json-plain.txt', [8, 4, 2], 'named'],
  ['mocha-12.0.3-json.txt', [8, 4, 2], 'gaps'],
  ['mocha-12.0.3-list.txt', [8, 4, 2], 'gaps'],
  ['mocha-12.0.3-min.txt', [8, 4, 2], 'gaps'],
  ['mocha-12.0.3-spec-colour.txt', [8, 4, 2], 'gaps'],
  ['mocha-12.0.3-spec-crash.txt', null],
  ['mocha-12.0.3-spec-empty.txt', [0, 0, 0], 'named'],
  ['mocha-12.0.3-spec-pass.txt', [2, 0, 0], 'named'],
  ['mocha-12.0.3-spec-plain-colour.txt', [8, 4, 2], 'named'],
  ['mocha-12.0.3-spec-plain.txt', [8, 4, 2], 'named'],
  ['mocha-12.0.3-spec.txt', [8, 4, 2], 'gaps'],
  ['mocha-12.0.3-tap-plain.txt', [8, 4, 2], 'named'],
  ['mocha-12.0.3-tap.txt', [8, 4, 2], 'gaps'],
  ['mocha-12.0.3-xunit.txt', [8, 4, 2], 'gaps'],
  ['node-24.9.0-dot.txt', null],
  ['node-24.9.0-junit-pass.txt', [2, 0, 0], 'named'],
  ['node-24.9.0-junit.txt', [10, 3, 4], 'named'],
  ['node-24.9.0-spec-colour.txt', [10, 4, 4], 'gaps'],
  ['node-24.9.0-spec-crash.txt', [2, 1, 0], 'named'],
  ['node-24.9.0-spec-empty.txt', [0, 0, 0], 'named'],
  ['node-24.9.0-spec-pass.txt', [2, 0, 0], 'named'],
  ['node-24.9.0-spec-plain.txt', [13, 6, 6], 'named'],
  ['node-24.9.0-spec.txt', [10, 4, 4], 'gaps'],
  ['node-24.9.0-tap-crash.txt', [2, 1, 0], 'named'],
  ['node-24.9.0-tap-empty.txt', [0, 0, 0], 'gaps'],
  ['node-24.9.0-tap-pass.txt', [2, 0, 0], 'named'],
  ['node-24.9.0-tap-plain.txt', [13, 6, 6], 'named'],
  ['node-24.9.0-tap.txt', [10, 3, 4], 'named'],
  ['pytest-7.2.1-default.txt', [8, 6, 2], 'gaps'],
  ['pytest-7.2.1-verbose.txt', [7, 6, 2], 'named'],
  ['pytest-9.0.3-default-crash.txt', [0, 1, 0], 'gaps'],
  ['pytest-9.0.3-default-empty.txt', [0, 0, 0], 'named'],
  ['pytest-9.0.3-default-pass.txt', [2, 0, 0], 'gaps'],
  ['pytest-9.0.3-default-warn.txt', [3, 0, 0], 'gaps'],
  ['pytest-9.0.3-default.txt', [8, 6, 2], 'gaps'],
  ['pytest-9.0.3-junit.xml', [7, 6, 2], 'named'],
  ['pytest-9.0.3-quiet-crash.txt', [0, 1, 0], 'gaps'],
  ['pytest-9.0.3-quiet-empty.txt', [0, 0, 0], 'named'],
  ['pytest-9.0.3-quiet-pass.txt', [2, 0, 0], 'gaps'],
  ['pytest-9.0.3-quiet-quiet.txt', null],
  ['pytest-9.0.3-quiet-warn.txt', [3, 0, 0], 'gaps'],
  ['pytest-9.0.3-quiet.txt', [8, 6, 2], 'gaps'],
  ['pytest-9.0.3-summary-all.txt', [8, 6, 2], 'gaps'],
  ['pytest-9.0.3-verbose-colour.txt', [7, 6, 2], 'named'],
  ['pytest-9.0.3-verbose-crash.txt', [0, 1, 0], 'gaps'],
  ['pytest-9.0.3-verbose-empty.txt', [0, 0, 0], 'named'],
  ['pytest-9.0.3-verbose-live.txt', [8, 6, 2], 'gaps'],
  ['pytest-9.0.3-verbose-pass.txt', [2, 0, 0], 'named'],
  ['pytest-9.0.3-verbose-warn.txt', [3, 0, 0], 'named'],
  ['pytest-9.0.3-verbose.txt', [7, 6, 2], 'named'],
  ['vitest-3.2.7-default-pass.txt', [4, 0, 0], 'gaps'],
  ['vitest-3.2.7-default-plain.txt', [9, 5, 3], 'named'],
  ['vitest-3.2.7-default.txt', [9, 5, 3], 'gaps'],
  ['vitest-3.2.7-json-pass.txt', [4, 0, 0], 'named'],
  ['vitest-3.2.7-json.txt', [9, 5, 3], 'named'],
  ['vitest-3.2.7-junit.txt', [9, 5, 3], 'named'],
  ['vitest-3.2.7-verbose-pass.txt', [4, 0, 0], 'named'],
  ['vitest-3.2.7-verbose-plain.txt', [9, 5, 3], 'named'],
  ['vitest-3.2.7-verbose.txt', [9, 5, 3], 'gaps'],
  ['vitest-5.1.1-default-crash.txt', [2, 1, 0], 'gaps'],
  ['vitest-5.1.1-default-empty.txt', null],
  ['vitest-5.1.1-default-pass.txt', [4, 0, 0], 'gaps'],
  ['vitest-5.1.1-default-plain.txt', [9, 5, 3], 'named'],
  ['vitest-5.1.1-default.txt', [9, 5, 3], 'gaps'],
  ['vitest-5.1.1-dot.txt', [9, 5, 3], 'gaps'],
  ['vitest-5.1.1-json-crash.txt', [2, 1, 0], 'named'],
  ['vitest-5.1.1-json.txt', [9, 5, 3], 'named'],
  ['vitest-5.1.1-junit.xml', [9, 5, 3], 'named'],
  ['vitest-5.1.1-tap-flat.txt', [9, 4, 3], 'named'],
  ['vitest-5.1.1-tap.txt', [9, 5, 3], 'named'],
  ['vitest-5.1.1-tree.txt', [9, 5, 3], 'gaps'],
  ['vitest-5.1.1-verbose-colour.txt', [9, 5, 3], 'gaps'],
  ['vitest-5.1.1-verbose-crash.txt', [2, 1, 0], 'named'],
  ['vitest-5.1.1-verbose-empty.txt', null],
  ['vitest-5.1.1-verbose-pass.txt', [4, 0, 0], 'named'],
  ['vitest-5.1.1-verbose-plain.txt', [9, 5, 3], 'named'],
  ['vitest-5.1.1-verbose.txt', [9, 5, 3], 'gaps'],
];

describe('parseTestReport of what runners print', () => {
  it('is checked for every output that is kept', () => {
    const files = readdirSync(folder).toSorted();
    assert.deepEqual(rows.map(([file]) => file).toSorted(), files);
  });

  for (const [file, counts, names] of rows) {
    it(`reads ${file}`, () => {
      const report = parseTestReport(readFileSync(new URL(file, folder), 'utf8'), 'auto');
      if (report === null) {
        assert.equal(counts, null);
        return;
      }
      const { passed, failed, skipped } = report.counts;
      const kind = report.gaps === undefined ? 'named' : 'gaps';
      assert.deepEqual([[passed, failed, skipped], kind], [counts, names]);
      const total = passed + failed + skipped;
      assert.equal(report.results.length, kind === 'named' ? total : 0);
      assert.equal(new Set(report.results.map(({ name }) => name)).size, report.results.length);
    });
  }
});
