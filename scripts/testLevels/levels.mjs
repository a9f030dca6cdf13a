// What there is to test, in the order in which it runs: the cheapest first.

const minuteMs = 60_000;
const tsc = ['node_modules/typescript/bin/tsc', '--noEmit'];

/** One command that passes or fails, counted as one test; passed over while `sources` has no files. */
function check(name, command, sources) {
  return { type: 'check', name, command, sources, limitMs: 10 * minuteMs };
}

/** Mocha in a process of its own. */
function mocha(name, { limitMs = 5 * minuteMs, testLimitMs = 5_000, ...options } = {}) {
  const sources = options.sources ?? `test/${name}`;
  return {
    type: 'mocha',
    name,
    sources,
    limitMs,
    testLimitMs,
    usesDist: options.usesDist ?? false,
  };
}

export const levels = [
  check('types', [...tsc, '-p', 'tsconfig.json']),
  check('webview-types', [...tsc, '-p', 'webview-ui/tsconfig.json'], 'webview-ui/src'),
  check('lint', ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0']),
  check('format', ['node_modules/prettier/bin/prettier.cjs', '--check', '.']),
  check('build', ['esbuild.config.mjs']),
  mocha('architecture', { testLimitMs: 60_000 }),
  mocha('base'),
  mocha('node'),
  mocha('protocol'),
  mocha('paths', { testLimitMs: 60_000 }),
  mocha('hostClient'),
  mocha('apply', { testLimitMs: 20_000 }),
  mocha('core', { testLimitMs: 20_000, usesDist: true }),
  mocha('support', { testLimitMs: 20_000 }),
  mocha('worker', { testLimitMs: 20_000, usesDist: true }),
  mocha('dialect', { testLimitMs: 20_000, usesDist: true }),
  mocha('extension', { testLimitMs: 10_000 }),
  mocha('host', { limitMs: 10 * minuteMs, testLimitMs: 30_000, usesDist: true }),
  mocha('cli', { limitMs: 10 * minuteMs, testLimitMs: 60_000, usesDist: true }),
  mocha('webview', { limitMs: 10 * minuteMs, testLimitMs: 60_000, usesDist: true }),
  {
    type: 'script',
    name: 'vscode',
    script: 'test/vscode/main.ts',
    sources: 'test/vscode',
    limitMs: 12 * minuteMs,
    usesDist: true,
  },
  mocha('e2e', { limitMs: 20 * minuteMs, testLimitMs: 120_000, usesDist: true }),
];
