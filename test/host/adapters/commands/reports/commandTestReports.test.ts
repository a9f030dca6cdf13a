import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseTestReport } from '../../../../../src/host/adapters/commands/reports/commandTestReports.ts';

const SUITE = `
import { test, describe, it } from 'node:test';
import assert from 'node:assert/strict';
test('top passes', () => {});
describe('suite', () => {
  it('inner ok', () => {});
  it('inner bad', () => assert.equal(1, 2));
  it.skip('skipped one', () => {});
  it.todo('later');
});
test('parent', async (t) => { await t.test('child (x)', () => {}); });
describe('same', () => { it('same', () => {}); });
`;
const EXPECTED = {
  counts: { passed: 4, failed: 1, skipped: 2 },
  results: [
    { name: 'top passes', outcome: 'passed' },
    { name: 'suite > inner ok', outcome: 'passed' },
    { name: 'suite > inner bad', outcome: 'failed' },
    { name: 'suite > skipped one', outcome: 'skipped' },
    { name: 'suite > later', outcome: 'skipped' },
    { name: 'parent > child (x)', outcome: 'passed' },
    { name: 'same > same', outcome: 'passed' },
  ],
};

describe('parseTestReport', function () {
  this.timeout(20_000);
  let directory = '';
  before(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'muster-report-'));
    writeFileSync(path.join(directory, 'a.test.mjs'), SUITE);
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  function outputOf(reporter: string): string {
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
    const command = `node --test --test-reporter=${reporter} || true`;
    const options = { cwd: directory, encoding: 'utf8', env } as const;
    return execFileSync('/bin/sh', ['-c', command], options);
  }

  for (const reporter of ['tap', 'spec']) {
    it(`reads what node prints with its ${reporter} reporter, after what npm prints`, () => {
      const output = `\n> sample@1.0.0 test\n> node --test\n\n${outputOf(reporter)}`;
      assert.deepEqual(parseTestReport(output, 'auto'), EXPECTED);
    });
  }

  const cases: readonly [string, string, unknown][] = [
    ['plain output', 'hello\n', null],
    ['only a summary', 'ℹ tests 3\nℹ pass 2\nℹ fail 1\n', { passed: 2, failed: 1, skipped: 0 }],
    ['a summary in TAP comments', '# pass 2\n# fail 0\n', { passed: 2, failed: 0, skipped: 0 }],
    ['flat TAP', '1..2\nok 1 - a\nnot ok 2 - b\n', { passed: 1, failed: 1, skipped: 0 }],
  ];
  for (const [title, output, counts] of cases) {
    it(`reads ${title}`, () => {
      assert.deepEqual(parseTestReport(output, 'auto')?.counts ?? null, counts);
    });
  }

  it('reads nothing else than was asked for', () => {
    assert.equal(parseTestReport('ℹ pass 2\n', 'tap'), null);
    assert.equal(parseTestReport('ok 1 - a\n', 'none'), null);
  });
});
