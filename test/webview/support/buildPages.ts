import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { outDir, repositoryDir } from '../../support/vscode/paths.ts';

export const pagesDir: string = path.join(outDir, 'webview-test');

export type PageName = 'chat' | 'runTree';

/** Bytes of each script as it would ship. */
export type BuiltPages = Readonly<Record<PageName, Uint8Array>>;

let built: Promise<BuiltPages> | undefined;

/** Bundles both pages once for all suites of a test run. */
export function buildPages(): Promise<BuiltPages> {
  built ??= buildAll();
  return built;
}

async function buildAll(): Promise<BuiltPages> {
  const [chat, runTree] = await Promise.all([buildPage('chat'), buildPage('runTree')]);
  return { chat, runTree };
}

async function buildPage(name: PageName): Promise<Uint8Array> {
  const result = await build({
    absWorkingDir: repositoryDir,
    entryPoints: [`webview-ui/src/${name}/main.tsx`],
    outfile: path.join(pagesDir, `${name}.js`),
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    alias: { 'linkify-it': './webview-ui/src/shared/noLinkify.ts' },
    loader: { '.ttf': 'dataurl' },
    legalComments: 'none',
    logLevel: 'warning',
    define: { 'process.env.NODE_ENV': '"production"' },
    metafile: true,
  });
  const script = Object.keys(result.metafile.outputs).find((file) => file.endsWith('.js'));
  if (script === undefined) throw new Error(`Building the page ${name} gave no script.`);
  return readFile(path.join(repositoryDir, script));
}
