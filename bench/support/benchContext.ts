import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');

/** What every bench gets. */
export interface BenchContext {
  /** Folder of the built bundles. */
  readonly distDirectory: string;
  /** Times that floor and product are measured, in turns; the best counts. */
  readonly rounds: number;
  /** Cases to run, such as 1000/200/16; all when empty. */
  readonly cases: readonly string[];
  /** A fresh folder that is removed at the end. */
  readonly makeFolder: (name: string) => Promise<string>;
  /** Bundles an entry the way the product is bundled; resolves with the file. */
  readonly bundle: (entry: string) => Promise<string>;
  /** Says what is going on. */
  readonly say: (line: string) => void;
}

/** Opens a scratch folder for one invocation; `dispose` removes it. */
export async function openBenchContext(
  options: Pick<BenchContext, 'distDirectory' | 'rounds' | 'cases' | 'say'>,
): Promise<{ readonly ctx: BenchContext; dispose(): Promise<void> }> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'muster-bench-'));
  let folders = 0;
  const makeFolder = async (name: string): Promise<string> => {
    folders += 1;
    const folder = path.join(scratch, `${folders}-${name}`);
    await mkdir(folder);
    return folder;
  };
  const bundle = (entry: string) => bundleInto(scratch, entry);
  const dispose = () => rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  return { ctx: { ...options, makeFolder, bundle }, dispose };
}

async function bundleInto(folder: string, entry: string): Promise<string> {
  const outfile = path.join(folder, `${path.basename(entry, '.ts')}.cjs`);
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    absWorkingDir: root,
    logLevel: 'warning',
    external: ['@napi-rs/nice'],
    banner: { js: `const importMetaUrl = require('node:url').pathToFileURL(__filename).href;` },
    define: {
      'import.meta.url': 'importMetaUrl',
      'import.meta.dirname': '__dirname',
      'import.meta.filename': '__filename',
      'process.env.NODE_ENV': '"production"',
    },
  });
  return outfile;
}
