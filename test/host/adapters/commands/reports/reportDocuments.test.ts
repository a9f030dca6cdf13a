import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  commandTestReports,
  parseTestReport,
} from '../../../../../src/host/adapters/commands/reports/commandTestReports.ts';
import { namedReports } from '../../../../../src/host/adapters/commands/reports/namedReports.ts';
import {
  markReportFiles,
  writtenReports,
} from '../../../../../src/host/adapters/commands/reports/reportFiles.ts';

const folder = new URL('../../../../fixtures/reports/', import.meta.url);

function fixture(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8');
}

function names(report: ReturnType<typeof parseTestReport>): readonly string[] | null {
  return report?.results.map(({ name, outcome }) => `${outcome} ${name}`) ?? null;
}

const NAMES = ['junit.xml', 'reports/junit.xml', 'report.xml'];

const XML = '<testsuite name="s"><testcase classname="c" name="t"/></testsuite>';

describe('parseTestReport of JUnit XML', () => {
  const cases: readonly [string, string, readonly string[] | null][] = [
    ['one suite', XML, ['passed s > c > t']],
    [
      'each outcome',
      '<testsuite><testcase name="a"><failure/></testcase><testcase name="b"><error/></testcase>' +
        '<testcase name="c"><skipped/></testcase></testsuite>',
      ['failed a', 'failed b', 'skipped c'],
    ],
    [
      'a class called like its suite',
      '<testsuite name="c"><testcase classname="c" name="t"/></testsuite>',
      ['passed c > t'],
    ],
    ['what is printed around it', `starting\n${XML}\ndone\n`, ['passed s > c > t']],
    ['two documents', `${XML}\n${XML}\n`, ['passed s > c > t', 'passed s > c > t (#2)']],
    [
      'escaped markup in a name',
      '<testsuite><testcase name="a &lt;b&gt; &#10;c"/></testsuite>',
      ['passed a <b>  c'],
    ],
    ['a document that was cut', XML.slice(0, -3), null],
    ['a document with a part left out', XML.replace('><', '>\n[9 bytes left out here]\n<b'), null],
    [
      'a message of many kilobytes',
      `<testsuite><testcase name="a"><failure message="${'x'.repeat(300_000)}"/></testcase></testsuite>`,
      ['failed a'],
    ],
    ['a page of another kind', '<html><testsuite></testsuite></html>', null],
    [
      'entities of its own',
      `<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]>\n<testsuite><testcase name="&c;"/></testsuite>`,
      null,
    ],
    ['an entity that nobody declared', '<testsuite><testcase name="&b;"/></testsuite>', null],
    ['endless nesting', '<testsuite>'.repeat(300) + '</testsuite>'.repeat(300), null],
  ];
  for (const [title, text, expected] of cases) {
    it(`${expected === null ? 'refuses' : 'reads'} ${title}`, () => {
      assert.deepEqual(names(parseTestReport(text, 'junit')), expected);
    });
  }

  it('gives tests the same names in each run', () => {
    const text = fixture('pytest-9.0.3-junit.xml');
    const later = text.replaceAll(/time="[\d.]+"|timestamp="[^"]+"/gu, 'time="9"');
    assert.deepEqual(parseTestReport(later, 'junit'), parseTestReport(text, 'junit'));
    assert.ok(
      names(parseTestReport(text, 'junit'))?.includes('failed pytest > test_a > test_fails'),
    );
  });
});

describe('parseTestReport of JSON', () => {
  it('names files relative to the folder of the run', () => {
    const text = fixture('jest-30.5.2-json.txt');
    const elsewhere = text.replaceAll('/project/jest/', '/scratch/7/');
    const report = parseTestReport(text, 'json', { directory: '/project/jest' });
    assert.deepEqual(parseTestReport(elsewhere, 'json', { directory: '/scratch/7' }), report);
    assert.ok(names(report)?.includes('failed a.test.js > outer > inner > slow'));
  });

  it('takes a file that could not be loaded for a failure', () => {
    const report = parseTestReport(fixture('vitest-5.1.1-json-crash.txt'), 'json');
    assert.ok(names(report)?.includes('failed q.test.ts'));
  });

  it('reads nothing from a document that was cut', () => {
    const text = fixture('mocha-12.0.3-json-plain.txt');
    const half = Math.floor(text.length / 2);
    const cut = `${text.slice(0, half)}\n[99 bytes left out here]\n${text.slice(half + 99)}`;
    assert.equal(parseTestReport(cut, 'json'), null);
  });

  it('compares nothing where a test may have printed one of two documents', () => {
    const text = fixture('jest-30.5.2-json-pass.txt');
    const report = parseTestReport(`${text}\n${text}`, 'auto');
    assert.deepEqual([report?.results, report?.counts.passed], [[], 3]);
  });

  it('compares nothing where document and printed list differ', () => {
    const output = `${fixture('mocha-12.0.3-spec-plain.txt')}\n${XML}\n`;
    assert.deepEqual(parseTestReport(output, 'auto')?.results, []);
  });
});

describe('Report files', () => {
  let directory = '';
  const write = async (name: string, text: string): Promise<void> => {
    await mkdir(path.join(directory, path.dirname(name)), { recursive: true });
    await writeFile(path.join(directory, name), text);
  };
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'muster-report-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('are those that the command wrote or replaced', async () => {
    await write('junit.xml', 'old');
    await write('report.xml', 'old');
    const marks = await markReportFiles(directory, NAMES);
    await write('report.xml', XML);
    await write('reports/junit.xml', XML);
    assert.deepEqual(await writtenReports(directory, marks), [XML, XML]);
  });

  it('go before what is printed', async () => {
    const marks = await markReportFiles(directory, NAMES);
    await write('junit.xml', XML);
    const files = await writtenReports(directory, marks);
    const printed = XML.replace('"t"', '"forged"');
    assert.deepEqual(names(parseTestReport(printed, 'junit', { files })), ['passed s > c > t']);
  });

  it('are no links, neither themselves nor their folder', async () => {
    const elsewhere = await mkdtemp(path.join(tmpdir(), 'muster-elsewhere-'));
    try {
      await writeFile(path.join(elsewhere, 'junit.xml'), 'secret');
      const marks = await markReportFiles(directory, NAMES);
      await symlink(path.join(elsewhere, 'junit.xml'), path.join(directory, 'junit.xml'));
      await symlink(elsewhere, path.join(directory, 'reports'));
      await mkdir(path.join(directory, 'report.xml'));
      assert.deepEqual(await writtenReports(directory, marks), []);
    } finally {
      await rm(elsewhere, { recursive: true, force: true });
    }
  });

  /** The report of a command in whose course a file is written. */
  const watched = async (command: string, output = 'quiet', text = XML) => {
    const result = { exitCode: 0, timedOut: false, durationMs: 1, output };
    const place = { command, directory, format: 'auto' } as const;
    const { report } = await commandTestReports.watch(place, async () => {
      await write('junit.xml', text);
      return result;
    });
    return report;
  };

  it('are found by watching the command that names them', async () => {
    await write('junit.xml', 'old');
    const result = { exitCode: 0, timedOut: false, durationMs: 1, output: 'quiet' };
    const place = { command: 'run --out junit.xml', directory, format: 'auto' } as const;
    const none = await commandTestReports.watch(place, () => Promise.resolve(result));
    assert.deepEqual(none, { result, report: null });
    assert.deepEqual(names(await watched('run --out junit.xml')), ['passed s > c > t']);
  });

  it('count where a configuration names them, or a reporter that always writes there', async () => {
    assert.equal(await watched('npm test'), null);
    await write('pytest.ini', '[pytest]\naddopts = --junitxml=junit.xml\n');
    assert.deepEqual(names(await watched('npm test')), ['passed s > c > t']);
    await rm(path.join(directory, 'pytest.ini'));
    await write('package.json', '{"jest":{"reporters":["default","jest-junit"]}}');
    assert.deepEqual(names(await watched('npm test')), ['passed s > c > t']);
  });

  it('outrank nothing that the runner printed by name, and are doubted where they differ', async () => {
    const printed = '✖ real (1ms)\n✔ other (1ms)\nℹ tests 2\nℹ suites 0\nℹ pass 1\nℹ fail 1\n';
    const forged =
      '<testsuite><testcase name="real"/><testcase name="other"><failure/></testcase></testsuite>';
    const said = ['failed real', 'passed other'];
    assert.deepEqual(names(await watched('node --test', printed, forged)), said);
    const named = await watched('node --test # junit.xml', printed, forged);
    assert.deepEqual(names(named), said);
    const fewer = await watched('node --test # junit.xml', printed, XML);
    assert.match(fewer?.gaps?.reason ?? '', /reports that differ/u);
  });

  it('name the tests of a runner that only counts them, where they agree on what failed', async () => {
    const printed =
      'FAIL ./a.test.js\n  ● real\n\nTest Suites: 1 failed, 1 total\nTests:       1 failed, 1 passed, 2 total\n';
    const document = (failed: string, passed: string) =>
      `<testsuite><testcase name="${failed}"><failure/></testcase><testcase name="${passed}"/></testsuite>`;
    const honest = await watched('jest junit.xml', printed, document('real', 'other'));
    assert.deepEqual(names(honest), ['failed real', 'passed other']);
    const forged = await watched('jest junit.xml', printed, document('old', 'real'));
    assert.match(forged?.gaps?.reason ?? '', /reports that differ/u);
  });

  it('are not looked for where none was asked for', async () => {
    assert.deepEqual(await namedReports({ command: 'junit.xml', directory, format: 'tap' }), []);
  });
});
