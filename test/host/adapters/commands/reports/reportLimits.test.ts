import assert from 'node:assert/strict';
import { parseTestReport } from '../../../../../src/host/adapters/commands/reports/commandTestReports.ts';

const TESTS = 100_000;
const MEGABYTE = 1_000_000;
/** Generous for a busy machine; quadratic time would need hours. */
const DEADLINE_MS = 20_000;

function timed<T>(work: () => T): T {
  const start = performance.now();
  const result = work();
  const spent = performance.now() - start;
  assert.ok(spent < DEADLINE_MS, `took ${spent} ms`);
  return result;
}

function listOf(line: (index: number) => string): string {
  return Array.from({ length: TESTS }, (_, index) => line(index)).join('\n');
}

const LONG: readonly (readonly [string, string])[] = [
  [
    'node spec',
    `${listOf((at) => `✔ test ${at} (0.5ms)`)}\nℹ tests ${TESTS}\nℹ suites 0\nℹ pass ${TESTS}\nℹ fail 0\n`,
  ],
  [
    'node TAP',
    `TAP version 13\n${listOf((at) => `# Subtest: test ${at}\nok ${at + 1} - test ${at}\n  ---\n  duration_ms: 1\n  ...`)}\n1..${TESTS}\n`,
  ],
  ['mocha', `${listOf((at) => `  ✔ test ${at}`)}\n\n  ${TESTS} passing (9s)\n`],
  [
    'jest',
    `PASS ./a.test.js\n${listOf((at) => `  ✓ test ${at} (1 ms)`)}\n\nTest Suites: 1 passed, 1 total\nTests:       ${TESTS} passed, ${TESTS} total\n`,
  ],
  [
    'vitest',
    `${listOf((at) => ` ✓ a.test.ts > test ${at} 1ms`)}\n\n Test Files  1 passed (1)\n      Tests  ${TESTS} passed (${TESTS})\n`,
  ],
  [
    'pytest',
    `${listOf((at) => `a.py::test_${at} PASSED [ 50%]`)}\n=== ${TESTS} passed in 9.1s ===\n`,
  ],
  [
    'jest JSON',
    JSON.stringify({
      numTotalTests: TESTS,
      testResults: [
        {
          name: '/project/a.test.js',
          status: 'passed',
          assertionResults: Array.from({ length: TESTS }, (_, at) => ({
            ancestorTitles: [],
            title: `test ${at}`,
            status: 'passed',
          })),
        },
      ],
    }),
  ],
  [
    'JUnit XML',
    `<testsuite name="all">\n${listOf((at) => `<testcase name="test ${at}"/>`)}\n</testsuite>\n`,
  ],
  ['equal names', `${listOf(() => '  ✔ same')}\n\n  ${TESTS} passing (9s)\n`],
];

/** Pieces that every reader looks at, over and over. */
const PIECES = [
  ' ',
  '\n',
  '\r',
  '\t',
  '=',
  '-',
  '(',
  ')',
  '[',
  ']',
  '#',
  '\\',
  '\\#',
  '⎯',
  '>',
  ' > ',
  ' - ',
  '✔ ',
  '✖ a\n',
  '▶ a\n',
  '  ',
  '1',
  '1ms',
  ' (1ms)',
  ' 1ms',
  ' (1',
  '1..1\n',
  'ok 1\n',
  '---\n',
  'ok 1 {\n',
  '    ok 1\n',
  '  ---\n',
  '}\n',
  '...\n',
  '\u001B[',
  '\u001B[1;1;1',
  '\u001B]8;;',
  '{',
  '{\n',
  '{"num',
  '{"numTotalTests":',
  '{\n  "stats": {\n',
  '<',
  '<testsuite>',
  '<testsuite ',
  '<testsuite>\n',
  '<testcase name="',
  '<?xml ',
  '<!--',
  '<![CDATA[',
  '&amp;',
  '&a;',
  '::',
  'a::b ',
  'a::b PASSED\n',
  ' PASSED',
  ', 1 passed',
  ' in ',
  ' in 1s',
  '=== 1 passed in 1s ===\n',
  'Tests: ',
  'Test Suites: \nTests: 1 passed, 1 total\n',
  'FAIL a\n',
  '  ● a\n',
  ' › ',
  ' | 1 failed',
  '  1 passing (1ms)\n',
  '  1) a\n',
  '       a\n',
  'ℹ pass 1\n',
  '# pass 1\n',
  '> a@1 test\n',
  '[1 bytes left out here]\n',
  ' ❯ a (1)\n',
  ' FAIL  a\n',
  '⎯ Failed Suites 9 ⎯\n',
  'TAP version 13\n',
];

describe('parseTestReport under load', function () {
  this.timeout(120_000);

  for (const [title, output] of LONG) {
    it(`reads ${TESTS} tests of ${title}`, () => {
      const report = timed(() => parseTestReport(output, 'auto'));
      assert.deepEqual(report?.counts, { passed: TESTS, failed: 0, skipped: 0 });
      assert.equal(new Set(report.results.map(({ name }) => name)).size, TESTS);
    });
  }

  it('takes linear time for a megabyte of anything', () => {
    const slow: string[] = [];
    for (const piece of PIECES) {
      const text = piece.repeat(Math.ceil(MEGABYTE / 2 / piece.length));
      const start = performance.now();
      parseTestReport(`${text}\n  ✔ ${text} (1ms)\n`, 'auto');
      const spent = performance.now() - start;
      if (spent > DEADLINE_MS / 2) slow.push(`${JSON.stringify(piece)}: ${spent} ms`);
    }
    assert.deepEqual(slow, []);
  });

  it('reads no more than a report file may hold', () => {
    const text = `<testsuite><testcase name="a"/>${' '.repeat(33 * 1024 * 1024)}</testsuite>`;
    assert.equal(parseTestReport('', 'junit', { files: [text] }), null);
  });
});
