/** What agents did to the tests that are to judge them. */
import type { TouchedTest, TouchedTests } from '../../protocol/receipt.ts';
import type { FileContent } from '../ports/fileView.ts';

/** A file of the run that differs from the snapshot; null where it does not exist. */
export interface ChangedContent {
  readonly path: string;
  readonly base: FileContent | null;
  readonly proposed: FileContent | null;
}

/** Files of tests, of their fixtures and snapshots, by the conventions of the runners. */
const TEST_FILE =
  /(?:^|\/)(?:__tests__|__mocks__|__snapshots__|tests?|specs?|e2e|cypress|features)\/|\.(?:test|tests|spec|specs|e2e|cy)\.[^/]+$|[-_](?:test|spec)\.[^/]+$|(?:^|\/)(?:test_[^/]*|conftest)\.py$|Tests?\.(?:java|kt|cs|swift|php)$|\.snap$/u;

/** Files that decide which tests run, and how. */
const CONFIGURATION =
  /(?:^|\/)(?:(?:jest|vitest|vite|karma|playwright|cypress|wdio|ava|web-test-runner|babel)\.(?:config|conf)\.[^/]+|\.mocharc(?:\.[^/]+)?|\.taprc|\.nycrc(?:\.[^/]+)?|\.c8rc(?:\.[^/]+)?|pytest\.ini|\.pytest\.ini|tox\.ini|setup\.cfg|pyproject\.toml|noxfile\.py|sitecustomize\.py|usercustomize\.py|phpunit\.xml(?:\.dist)?|\.rspec|Rakefile|Makefile|GNUmakefile|makefile|justfile|deno\.jsonc?|bunfig\.toml|\.npmrc|\.node-version|\.env\.test)$/u;

/** Parts of package.json that runners and package managers read to run tests. */
const MANIFEST_KEYS = ['scripts', 'jest', 'mocha', 'ava', 'tap', 'vitest', 'nyc', 'c8', 'type'];

const SNAPSHOT = /\.snap$|(?:^|\/)__snapshots__\//u;

// What makes a test not run, and what makes it able to fail, in the languages of the runners that are known.
const SKIPS =
  /\b(?:(?:it|test|describe|context|suite|t)\.(?:skip|todo|only|failing|skipIf|runIf)\b|x(?:it|describe|test|context|specify)\b|f(?:it|describe)\b|this\.skip\(|(?:pytest\.)?mark\.(?:skip|skipif|xfail)\b|pytest\.skip\b|unittest\.skip|t\.Skip\w*\(|(?:skip|todo)\s*:\s*(?:true|['"`]))|@(?:Ignore|Disabled|skip)\b/gu;
const ASSERTIONS =
  /\b(?:assert\w*|expect|should|require|ok|equal|deepEqual|strictEqual|throws|rejects|raises|verify)\b\s*[.(]|^\s*assert\s/gmu;
const CASES = /\b(?:it|test|specify|def\s+test_\w+|func\s+Test\w+)\b(?:\.\w+)?\s*\(/gu;

/** Paths that a receipt names; the proposals have them all. */
const MAX_NAMED = 50;

/** Texts that are longer are data: they are named, and not searched for what is weaker. */
const MAX_JUDGED_BYTES = 1024 * 1024;

/** What the changes do to tests; undefined where they touch none. */
export function touchedTests(changes: readonly ChangedContent[]): TouchedTests | undefined {
  const touched = changes.flatMap((change) => touchedAt(change) ?? []);
  if (touched.length === 0) return undefined;
  const [weakened, others] = [
    touched.filter((each) => each.weakened !== undefined),
    touched.filter((each) => each.weakened === undefined),
  ];
  const tests = touched.filter(({ kind }) => kind === 'test').length;
  return {
    tests,
    configurations: touched.length - tests,
    weakened: weakened.length,
    named: [...weakened, ...others].slice(0, MAX_NAMED),
  };
}

function touchedAt(change: ChangedContent): TouchedTest | null {
  const kind = kindOf(change);
  if (kind === null) return null;
  const weakened = kind === 'test' ? weaknessOf(change) : null;
  const { path } = change;
  return { path, kind, how: howOf(change), ...(weakened === null ? {} : { weakened }) };
}

function kindOf(change: ChangedContent): TouchedTest['kind'] | null {
  if (CONFIGURATION.test(change.path)) return 'configuration';
  if (/(?:^|\/)package\.json$/u.test(change.path)) {
    return isSameManifest(change) ? null : 'configuration';
  }
  return TEST_FILE.test(change.path) ? 'test' : null;
}

function howOf({ base, proposed }: ChangedContent): TouchedTest['how'] {
  if (base === null) return 'added';
  return proposed === null ? 'deleted' : 'changed';
}

/** One sentence, or null where nothing speaks against it: more tests and more assertions are none. */
function weaknessOf({ path, base, proposed }: ChangedContent): string | null {
  if (base === null) return null;
  if (proposed === null) return 'it was deleted';
  if (SNAPSHOT.test(path)) return 'its expected values were changed';
  if (Math.max(base.bytes.length, proposed.bytes.length) > MAX_JUDGED_BYTES) return null;
  const [before, after] = [textOf(base), textOf(proposed)];
  if (count(after, SKIPS) > count(before, SKIPS)) return 'tests in it are skipped';
  if (count(after, CASES) < count(before, CASES)) return 'it has fewer tests';
  if (count(after, ASSERTIONS) < count(before, ASSERTIONS)) return 'it has fewer assertions';
  return null;
}

function isSameManifest({ base, proposed }: ChangedContent): boolean {
  try {
    return partsOf(base) === partsOf(proposed);
  } catch {
    // What is no JSON cannot be told to be the same.
    return false;
  }
}

function partsOf(content: FileContent | null): string {
  const manifest: unknown = content === null ? {} : JSON.parse(textOf(content));
  if (typeof manifest !== 'object' || manifest === null) return '';
  const values = new Map<string, unknown>(Object.entries(manifest));
  return JSON.stringify(MANIFEST_KEYS.map((key) => values.get(key) ?? null));
}

function textOf({ bytes }: FileContent): string {
  return new TextDecoder().decode(bytes);
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
