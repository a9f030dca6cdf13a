import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import picomatch from 'picomatch';
import lint from '../../oxlint.config.ts';
import { root, sourceFiles } from './imports.ts';

type Rules = Readonly<Record<string, unknown>>;

const MAX_MEDIAN_LINES = 70;
const MAX_LINES = 400;
const MAX_FUNCTION_LINES = 60;

/** What the host and the editor call alike, because each is one end of the same. */
const TWO_ENDS = new Set(['RunFeeds']);

describe('The figures of the source', () => {
  let lengths: readonly { readonly file: string; readonly lines: number; readonly text: string }[];

  before(async () => {
    const files = await sourceFiles();
    lengths = await Promise.all(
      files.map(async (file) => {
        const text = await readFile(join(root, file), 'utf8');
        return { file, lines: text.trimEnd().split('\n').length, text };
      }),
    );
  });

  it(`a file has about ${MAX_MEDIAN_LINES} lines`, () => {
    const sorted = lengths.map(({ lines }) => lines).toSorted((a, b) => a - b);
    assert.ok(sorted.length > 200, `only ${sorted.length} files`);
    const median = sorted[Math.floor(sorted.length / 2)] ?? Infinity;
    assert.ok(median <= MAX_MEDIAN_LINES, `half of the files have more than ${median} lines`);
  });

  it(`no file has more than ${MAX_LINES} lines`, () => {
    const long = lengths.filter(({ lines }) => lines > MAX_LINES);
    assert.deepEqual(
      long.map(({ file, lines }) => `${file}: ${lines}`),
      [],
    );
  });

  for (const file of [
    'src/core/limits.ts',
    'src/extension/main.ts',
    'webview-ui/src/chat/main.tsx',
  ]) {
    it(`lint holds ${file} to the lengths of files and functions`, () => {
      const matches = (patterns: readonly string[] = []) =>
        patterns.some((p) => picomatch(p)(file));
      assert.equal(matches(lint.ignorePatterns), false);
      const overrides = lint.overrides.filter(({ files }) => matches(files));
      const rules = Object.assign({}, lint.rules, ...overrides.map((each) => each.rules)) as Rules;
      assert.deepEqual(rules['max-lines'], ['error', { max: MAX_LINES }]);
      assert.deepEqual(rules['max-lines-per-function'], ['error', { max: MAX_FUNCTION_LINES }]);
    });
  }

  it('each exported name has one home', () => {
    const homes = new Map<string, string[]>();
    for (const { file, text } of lengths) {
      for (const name of new Set(exportedNames(text))) {
        homes.set(name, [...(homes.get(name) ?? []), file]);
      }
    }
    assert.ok(homes.size > 1000, `only ${homes.size} exported names`);
    const shared = [...homes].filter(([name, files]) => files.length > 1 && !TWO_ENDS.has(name));
    assert.deepEqual(shared, []);
  });

  it('nothing is let off', () => {
    const letOff = lengths.filter(({ text }) =>
      /(?:eslint|oxlint)-disable[^\n]*max-lines/u.test(text),
    );
    assert.deepEqual(
      letOff.map(({ file }) => file),
      [],
    );
  });
});

function exportedNames(text: string): readonly string[] {
  const declared =
    /^export (?:abstract )?(?:async )?(?:function\*?|const|class|interface|type) (\w+)/gmu;
  return [...text.matchAll(declared)].flatMap(([, name]) => name ?? []);
}
