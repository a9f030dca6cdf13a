import assert from 'node:assert/strict';
import { touchedTests } from '../../../src/core/evidence/touchedTests.ts';
import { file } from '../changes/changesSupport.ts';

const content = (text: string | null) => (text === null ? null : file(text));

/** What is said of one change: kind, how, and why it is weaker. */
function said(path: string, base: string | null, proposed: string | null): string | null {
  const touched = touchedTests([{ path, base: content(base), proposed: content(proposed) }]);
  const [first] = touched?.named ?? [];
  if (first === undefined) return null;
  return [first.kind, first.how, ...(first.weakened === undefined ? [] : [first.weakened])].join(
    ', ',
  );
}

const node = "test('a', () => assert.equal(a, 1));\ntest('b', () => assert.equal(b, 2));\n";
const jest = "it('a', () => { expect(a).toBe(1); });\nit('b', () => { expect(b).toBe(2); });\n";
const python = 'def test_a():\n    assert a == 1\n\ndef test_b():\n    assert b == 2\n';
const manifest = (change: object) =>
  JSON.stringify({ name: 'x', scripts: { test: 'jest' }, ...change });

describe('touchedTests', () => {
  const skipped = 'test, changed, tests in it are skipped';
  const fewer = 'test, changed, it has fewer tests';
  const weaker = 'test, changed, it has fewer assertions';
  type Case = readonly [string, string, string | null, string | null, string];
  const fakes: readonly Case[] = [
    ['a deleted test', 'test/a.test.js', node, null, 'test, deleted, it was deleted'],
    ['a deleted Python test', 'tests/test_a.py', python, null, 'test, deleted, it was deleted'],
    [
      'a deleted Go test',
      'pkg/a_test.go',
      'func TestA(t *testing.T) {}',
      null,
      'test, deleted, it was deleted',
    ],
    ['node: test.skip', 'test/a.test.js', node, node.replace('test(', 'test.skip('), skipped],
    ['node: test.todo', 'test/a.test.js', node, node.replace('test(', 'test.todo('), skipped],
    [
      'node: an option',
      'test/a.test.js',
      node,
      node.replace("'a', ", "'a', { skip: true }, "),
      skipped,
    ],
    ['node: t.skip()', 'test/a.test.js', node, `${node}test('c', (t) => t.skip());`, skipped],
    ['node: only one', 'test/a.test.js', node, node.replace('test(', 'test.only('), skipped],
    ['mocha: it.skip', 'test/a.spec.js', jest, jest.replace('it(', 'it.skip('), skipped],
    [
      'mocha: this.skip()',
      'test/a.spec.js',
      jest,
      jest.replace('expect(a)', 'this.skip(); expect(a)'),
      skipped,
    ],
    [
      'mocha: describe.only',
      'test/a.spec.js',
      jest,
      `describe.only('x', () => {${jest}});`,
      skipped,
    ],
    ['jest: xit', 'src/a.test.tsx', jest, jest.replace('it(', 'xit('), skipped],
    ['jest: xdescribe', 'src/__tests__/a.js', jest, `xdescribe('x', () => {${jest}});`, skipped],
    ['jest: fit', 'src/a.test.ts', jest, jest.replace('it(', 'fit('), skipped],
    ['jest: it.failing', 'src/a.test.ts', jest, jest.replace('it(', 'it.failing('), skipped],
    ['vitest: skipIf', 'src/a.test.ts', jest, jest.replace('it(', 'it.skipIf(true)('), skipped],
    ['vitest: todo', 'src/a.test.ts', jest, jest.replace('it(', 'it.todo('), skipped],
    ['pytest: mark.skip', 'test_a.py', python, `@pytest.mark.skip\n${python}`, skipped],
    ['pytest: mark.xfail', 'test_a.py', python, `@pytest.mark.xfail\n${python}`, skipped],
    [
      'pytest: pytest.skip()',
      'test_a.py',
      python,
      python.replace('    assert a', '    pytest.skip("x")\n    assert a'),
      skipped,
    ],
    ['unittest: skip', 'tests/a.py', python, `@unittest.skip("x")\n${python}`, skipped],
    ['JUnit: @Disabled', 'src/test/java/ATest.java', 'class A {}', '@Disabled class A {}', skipped],
    [
      'Go: t.Skip',
      'a_test.go',
      'func TestA(t *testing.T) { }',
      'func TestA(t *testing.T) { t.Skip() }',
      skipped,
    ],
    ['a test cut out', 'test/a.test.js', node, node.split('\n')[0] ?? '', fewer],
    [
      'a renamed Python test',
      'test_a.py',
      python,
      python.replace('def test_b', 'def check_b'),
      fewer,
    ],
    [
      'an assertion cut out',
      'test/a.test.js',
      node,
      node.replace('assert.equal(a, 1)', '{}'),
      weaker,
    ],
    ['an expectation cut out', 'a.test.js', jest, jest.replace('expect(a).toBe(1);', ''), weaker],
    [
      'a Python assertion cut out',
      'test_a.py',
      python,
      python.replace('assert a == 1', 'pass'),
      weaker,
    ],
    [
      'a snapshot updated',
      'src/__snapshots__/a.test.js.snap',
      'a',
      'b',
      'test, changed, its expected values were changed',
    ],
    [
      'an expectation changed',
      'a.test.js',
      jest,
      jest.replace('toBe(1)', 'toBe(999)'),
      'test, changed',
    ],
    [
      'a new test, whatever it does',
      'test/filler.test.js',
      null,
      'process.exit(0);',
      'test, added',
    ],
    ['a new conftest', 'conftest.py', null, 'collect_ignore = ["x"]', 'test, added'],
    ['a helper of tests', 'test/helpers/setup.js', 'a', 'b', 'test, changed'],
    ['a fixture', 'tests/fixtures/a.json', '1', '2', 'test, changed'],
    ['a mock', 'src/__mocks__/a.js', '1', '2', 'test, changed'],
    [
      'the test script',
      'package.json',
      manifest({}),
      manifest({ scripts: { test: 'echo ok' } }),
      'configuration, changed',
    ],
    [
      'jest in the manifest',
      'packages/a/package.json',
      manifest({}),
      manifest({ jest: { testMatch: [] } }),
      'configuration, changed',
    ],
    ['a broken manifest', 'package.json', manifest({}), '{', 'configuration, changed'],
    ['jest’s configuration', 'jest.config.js', 'a', 'b', 'configuration, changed'],
    ['vitest’s configuration', 'vitest.config.mts', null, 'b', 'configuration, added'],
    ['mocha’s configuration', '.mocharc.yml', 'a', null, 'configuration, deleted'],
    ['pytest’s configuration', 'pyproject.toml', 'a', 'b', 'configuration, changed'],
    ['another pytest configuration', 'pytest.ini', null, 'b', 'configuration, added'],
    ['tap’s configuration', '.taprc', null, 'b', 'configuration, added'],
    ['Python’s own start', 'sitecustomize.py', null, 'b', 'configuration, added'],
    ['the Makefile', 'Makefile', 'test:', 'test:\n\ttrue', 'configuration, changed'],
  ];
  for (const [title, path, base, proposed, expected] of fakes) {
    it(`names ${title}`, () => assert.equal(said(path, base, proposed), expected));
  }

  const honest: readonly (readonly [string, string, string | null, string | null])[] = [
    ['source', 'src/a.js', 'a', 'b'],
    ['a deleted source file', 'src/a.js', 'a', null],
    ['a new source file', 'lib/new.ts', null, 'b'],
    ['a document', 'docs/testing.md', 'a', 'b'],
    ['a name with "test" in it', 'src/contest.js', 'a', 'b'],
    ['another such name', 'src/latest/index.js', 'a', 'b'],
    ['a version in the manifest', 'package.json', manifest({}), manifest({ version: '2.0.0' })],
    [
      'a dependency in the manifest',
      'package.json',
      manifest({}),
      manifest({ dependencies: { a: '1' } }),
    ],
    ['code that expects', 'src/parser.ts', 'expect(token);', ''],
    ['code that skips', 'src/lexer.ts', 'a', 'it.skip();'],
    ['a stylesheet', 'web/spec.css', 'a', 'b'],
  ];
  for (const [title, path, base, proposed] of honest) {
    it(`says nothing of ${title}`, () => assert.equal(said(path, base, proposed), null));
  }

  const harmless: readonly (readonly [string, string, string])[] = [
    ['a test more', node, `${node}test('c', () => assert.ok(c));\n`],
    ['another name', node, node.replace("'a'", "'adds'")],
    ['an import', node, `import { a } from './a.js';\n${node}`],
    ['other formatting', jest, jest.replaceAll('; }', ';\n}')],
    ['an arrow for a function', jest, jest.replaceAll('() =>', 'function ()')],
    [
      'an assertion more',
      node,
      node.replace('assert.equal(a, 1)', '{ assert.ok(a); assert.equal(a, 1); }'),
    ],
    ['a comment', python, `# about skipping nothing\n${python}`],
    ['the last skip taken out', node.replace('test(', 'test.skip('), node],
    ['a renamed variable', jest, jest.replaceAll('(a)', '(sum)')],
    ['a helper’s call', python, python.replace('a == 1', 'total(a) == 1')],
  ];
  for (const [title, base, proposed] of harmless) {
    it(`calls a test with ${title} changed, and no weaker`, () => {
      const path = base === python ? 'test_a.py' : 'test/a.test.js';
      assert.equal(said(path, base, proposed), 'test, changed');
    });
  }

  it('counts all and names the weakened ones first', () => {
    const change = (path: string, base: string, proposed: string | null) => ({
      path,
      base: file(base),
      proposed: content(proposed),
    });
    const many = Array.from({ length: 60 }, (_, index) => change(`test/${index}.js`, 'a', 'b'));
    const touched = touchedTests([
      ...many,
      change('test/z.js', 'a', null),
      change('.mocharc.json', 'a', 'b'),
    ]);
    const { tests, configurations, weakened, named } = touched ?? assert.fail();
    assert.deepEqual([tests, configurations, weakened, named.length], [61, 1, 1, 50]);
    assert.equal(named[0]?.path, 'test/z.js');
  });
});
