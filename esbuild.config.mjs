// Bundles everything that ships into dist/, so that it runs without node_modules.
// Usage: node esbuild.config.mjs [--dev] [--watch]
import { chmod, copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build, context } from 'esbuild';
import { thirdPartyLicenses } from './scripts/package/thirdPartyLicenses.mjs';

const rootDir = path.dirname(fileURLToPath(import.meta.url));
const distDir = path.join(rootDir, 'dist');
const require = createRequire(import.meta.url);
const isWatching = process.argv.includes('--watch');
const isDevelopment = isWatching || process.argv.includes('--dev');

const shared = {
  bundle: true,
  absWorkingDir: rootDir,
  minify: !isDevelopment,
  // Names are part of error reports and of checks such as `error.name`.
  keepNames: true,
  sourcemap: 'external',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': JSON.stringify(isDevelopment ? 'development' : 'production') },
};

const importMetaShim = `const importMetaUrl = require('node:url').pathToFileURL(__filename).href;`;

const nodeShared = {
  ...shared,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  // Both are looked up at run time by code that copes with their absence.
  external: ['vscode', '@anthropic-ai/sandbox-runtime', '@napi-rs/nice'],
  banner: { js: importMetaShim },
  define: {
    ...shared.define,
    'import.meta.url': 'importMetaUrl',
    'import.meta.dirname': '__dirname',
    'import.meta.filename': '__filename',
  },
};

const moduleShared = {
  ...shared,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // Packages that are no modules themselves still want these.
  banner: {
    js: `import{createRequire}from'node:module';const require=createRequire(import.meta.url);`,
  },
};

/** Leaves one file of ours out of a bundle, which then loads another bundle in its place. */
const inBundleOfItsOwn = (file, bundle) => ({
  name: 'in-bundle-of-its-own',
  setup: ({ onResolve }) => {
    const filter = new RegExp(`/${file.replaceAll('.', '\\.')}$`);
    onResolve({ filter }, () => ({ path: bundle, external: true }));
  },
});

const webviewShared = {
  ...shared,
  // A page's size counts, and nothing in it is told apart by a function's name.
  keepNames: false,
  platform: 'browser',
  format: 'iife',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  alias: { 'linkify-it': './webview-ui/src/shared/noLinkify.ts' },
  loader: { '.ttf': 'file' },
  assetNames: '[name]',
};

// piscina starts its workers from a file of this very name beside the bundle that uses it.
const piscinaWorker = path.join(path.dirname(require.resolve('piscina')), 'worker.js');

const bundles = [
  { ...nodeShared, entry: 'src/extension/main.ts', outfile: 'dist/extension.cjs' },
  { ...nodeShared, entry: 'src/host/main.ts', outfile: 'dist/host.cjs' },
  {
    ...nodeShared,
    entry: 'src/cli/main.ts',
    outfile: 'dist/cli.cjs',
    banner: { js: '#!/usr/bin/env node' },
    plugins: [inBundleOfItsOwn('startCli.ts', './cli.mjs')],
  },
  {
    // In pieces, of which a command loads what it uses: to read all of it takes longer than most commands.
    ...moduleShared,
    external: nodeShared.external,
    define: {
      ...shared.define,
      __dirname: 'import.meta.dirname',
      __filename: 'import.meta.filename',
    },
    entry: { in: 'src/cli/startCli.ts', out: 'cli' },
    outdir: 'dist',
    outExtension: { '.js': '.mjs' },
    splitting: true,
    chunkNames: 'cli-[hash]',
  },
  { ...nodeShared, entry: 'src/worker/script/main.ts', outfile: 'dist/script-worker.cjs' },
  { ...nodeShared, entry: 'src/worker/compute/main.ts', outfile: 'dist/compute-worker.cjs' },
  { ...nodeShared, entry: path.relative(rootDir, piscinaWorker), outfile: 'dist/worker.js' },
  {
    // A module of its own: it is loaded only where a command runs, and finds its helpers beside itself.
    ...moduleShared,
    entry: path.relative(rootDir, require.resolve('@anthropic-ai/sandbox-runtime')),
    outfile: 'dist/sandbox-runtime.mjs',
  },
  { ...webviewShared, entry: 'webview-ui/src/chat/main.tsx', outfile: 'dist/webview/chat.js' },
  {
    ...webviewShared,
    entry: 'webview-ui/src/runTree/main.tsx',
    outfile: 'dist/webview/runTree.js',
  },
];

const engineFiles = ['quickjs.wasm', 'url.so', 'encoding.so', 'structured-clone.so'].map(
  (name) => ({
    from: require.resolve(`quickjs-wasi/${name}`),
    to: path.join(distDir, name),
  }),
);

// What keeps a sandboxed command from Unix sockets, on both kinds of Linux machine.
const sandboxDir = path.join(path.dirname(require.resolve('@anthropic-ai/sandbox-runtime')), '..');
const sandboxFiles = ['x64', 'arm64']
  .map((architecture) => `vendor/seccomp/${architecture}/apply-seccomp`)
  .map((name) => ({ from: path.join(sandboxDir, name), to: path.join(distDir, name) }));

const copies = [...engineFiles, ...sandboxFiles];
const licensesFile = path.join(distDir, 'THIRD_PARTY_LICENSES.txt');

async function main() {
  const startedMs = performance.now();
  const present = bundles.filter(({ entry }) => existsSync(path.join(rootDir, entry.in ?? entry)));
  for (const { entry } of bundles.filter((bundle) => !present.includes(bundle))) {
    console.log(`build: skipped ${entry.in ?? entry}, which does not exist`);
  }
  for (const { to } of copies) await mkdir(path.dirname(to), { recursive: true });
  await Promise.all(copies.map(({ from, to }) => copyFile(from, to)));
  const results = await Promise.all(present.map(buildBundle));
  if (isWatching) {
    console.log('build: watching for changes, Ctrl+C ends it');
    return;
  }
  const written = results.flatMap((result) => Object.keys(result.metafile.outputs));
  await writeFile(licensesFile, thirdPartyLicenses(inputsOf(results), rootDir));
  await removeOthers([
    ...written.map((file) => path.join(rootDir, file)),
    ...copies.map(({ to }) => to),
    licensesFile,
  ]);
  if (existsSync(path.join(distDir, 'cli.cjs'))) await chmod(path.join(distDir, 'cli.cjs'), 0o755);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(`build: ${written.length + copies.length + 1} files in dist/ in ${seconds} s`);
}

async function buildBundle({ entry, ...options }) {
  const settings = { ...options, entryPoints: [entry] };
  if (!isWatching) return build(settings);
  const watched = await context({ ...settings, logLevel: 'info' });
  await watched.watch();
  return watched;
}

/** All files that something in dist/ was made of. */
function inputsOf(results) {
  return [
    ...results.flatMap((result) => Object.keys(result.metafile.inputs)),
    ...copies.map(({ from }) => path.relative(rootDir, from)),
  ];
}

/** Removes what an earlier build left in dist/, so that it never ships. */
async function removeOthers(files) {
  const kept = new Set(files);
  for (const entry of await readdir(distDir, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile() && !kept.has(file)) await rm(file, { force: true });
  }
}

main().catch((error) => {
  // esbuild has printed its own errors already.
  if (!Array.isArray(error?.errors)) console.error(error);
  process.exitCode = 1;
});
