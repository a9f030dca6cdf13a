import path from 'node:path';
import { build } from 'esbuild';
import { repositoryDir } from '../../support/vscode/paths.ts';

export type PageName = 'chat' | 'runTree';

/** A page as it would ship, but for the font, which is in its style. */
export interface BuiltPage {
  readonly script: Uint8Array;
  readonly style: Uint8Array;
}

let built: Promise<Readonly<Record<PageName, BuiltPage>>> | undefined;

/** Bundles both pages once for all suites of a process, in memory: several may run at once. */
export function buildPages(): Promise<Readonly<Record<PageName, BuiltPage>>> {
  built ??= buildAll();
  return built;
}

async function buildAll(): Promise<Readonly<Record<PageName, BuiltPage>>> {
  const [chat, runTree] = await Promise.all([buildPage('chat'), buildPage('runTree')]);
  return { chat, runTree };
}

async function buildPage(name: PageName): Promise<BuiltPage> {
  const { outputFiles } = await build({
    absWorkingDir: repositoryDir,
    entryPoints: [`webview-ui/src/${name}/main.tsx`],
    outfile: `${name}.js`,
    write: false,
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
  });
  const contentOf = (extension: string): Uint8Array => {
    const file = outputFiles.find((output) => path.extname(output.path) === extension);
    if (file === undefined) throw new Error(`Building the page ${name} gave no ${extension} file.`);
    return file.contents;
  };
  return { script: contentOf('.js'), style: contentOf('.css') };
}
