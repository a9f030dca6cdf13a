// What there is to test. `needs` are levels that must have passed before; `lane` says what a level
// mostly does (see lanes.mjs).

const minuteMs = 60_000;
const tsc = ['node_modules/typescript/bin/tsc', '--noEmit'];

/** One command that passes or fails, counted as one test; passed over while `sources` has no files. */
function check(name, command, { seconds, sources, needs = [] }) {
  const limitMs = 10 * minuteMs;
  return { type: 'check', name, command, sources, seconds, needs, lane: 'computes', limitMs };
}

/** Test files for mocha, in one or several processes. */
function mocha(name, options = {}) {
  return {
    type: 'mocha',
    name,
    sources: options.sources ?? `test/${name}`,
    needs: options.needs ?? [],
    lane: options.lane ?? 'computes',
    limitMs: options.limitMs ?? 5 * minuteMs,
    testLimitMs: options.testLimitMs ?? 5_000,
  };
}

export const levels = [
  check('types', [...tsc, '-p', 'tsconfig.json'], { seconds: 4 }),
  check('webview-types', [...tsc, '-p', 'webview-ui/tsconfig.json'], {
    seconds: 1,
    sources: 'webview-ui/src',
  }),
  check('lint', ['node_modules/oxlint/bin/oxlint'], { seconds: 6 }),
  check('format', ['node_modules/oxfmt/bin/oxfmt', '--check', '.'], { seconds: 1 }),
  // Files, exports and dependencies that nothing uses.
  check('unused', ['node_modules/knip/bin/knip.js'], { seconds: 4 }),
  // All that needs it waits for it, so it goes before what is longer.
  check('build', ['esbuild.config.mjs'], { seconds: Infinity }),
  check('package', ['scripts/package.mjs', '--out', 'out/muster.vsix'], {
    seconds: Infinity,
    needs: ['build'],
  }),
  mocha('architecture', { testLimitMs: 60_000 }),
  mocha('scripts', { testLimitMs: 60_000, needs: ['build', 'package'] }),
  mocha('base'),
  mocha('node'),
  mocha('protocol'),
  mocha('paths', { testLimitMs: 60_000 }),
  mocha('apply', { testLimitMs: 20_000 }),
  mocha('hostClient'),
  mocha('core', { testLimitMs: 20_000, needs: ['build'] }),
  mocha('support', { testLimitMs: 20_000 }),
  mocha('worker', { testLimitMs: 20_000, needs: ['build'] }),
  mocha('dialect', { testLimitMs: 20_000, needs: ['build'] }),
  mocha('extension', { testLimitMs: 10_000 }),
  mocha('host', { limitMs: 10 * minuteMs, testLimitMs: 30_000, needs: ['build'] }),
  mocha('cli', { limitMs: 10 * minuteMs, testLimitMs: 60_000, needs: ['build'] }),
  mocha('webview', {
    limitMs: 10 * minuteMs,
    testLimitMs: 60_000,
    needs: ['build'],
    lane: 'waits',
  }),
  {
    type: 'script',
    name: 'vscode',
    script: 'test/vscode/main.ts',
    sources: 'test/vscode',
    seconds: 30,
    needs: ['build'],
    lane: 'waits',
    limitMs: 12 * minuteMs,
  },
  mocha('e2e', {
    limitMs: 10 * minuteMs,
    testLimitMs: 240_000,
    needs: ['package'],
    lane: 'waits',
  }),
];

/** The levels of these names, and those that they need. All of them when no name is given. */
export function chooseLevels(names) {
  if (names.length === 0) return levels;
  const chosen = new Set(names);
  // A level stands after those that it needs, so one walk from the end finds all.
  for (const { name, needs } of levels.toReversed()) {
    if (chosen.has(name)) for (const needed of needs) chosen.add(needed);
  }
  return levels.filter(({ name }) => chosen.has(name));
}
