import { globSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { launchBrowser } from './browser.ts';
import { outDir, repositoryDir } from './paths.ts';
import { startVscodeServer } from './server.ts';
import { openWorkbench } from './workbench.ts';

const runDeadlineMs = 10 * 60_000;

/** Where and what runs in the extension host. */
export interface ExtensionHostTests {
  /** A CommonJS module that exports `run()`, as `buildTestsModule` makes it. */
  readonly testsModule: string;
  readonly workspaceDir: string;
  /** The extension under development: the editor's server takes one for a window, not more. */
  readonly extensionDir: string;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly onLog: (line: string) => void;
}

/** Bundles the suites of test/vscode for an extension host and returns the module's path. */
export async function buildTestsModule(): Promise<string> {
  const outfile = path.join(outDir, 'vscode-tests.cjs');
  const suites = globSync('test/vscode/**/*.test.ts', { cwd: repositoryDir });
  const loads = suites.sort().map((file) => `require(${JSON.stringify(`./${file}`)});`);
  await build({
    stdin: {
      contents: `import { runMochaInEditor } from './test/support/vscode/mochaInEditor.ts';
        export const run = () => runMochaInEditor(() => { ${loads.join('\n')} });`,
      resolveDir: repositoryDir,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', 'mocha', 'esbuild', 'playwright-core'],
    sourcemap: 'inline',
    outfile,
    logLevel: 'warning',
  });
  return outfile;
}

/** Runs a tests module inside a real VS Code and returns its exit code (0: all passed). */
export async function runTestsInExtensionHost(tests: ExtensionHostTests): Promise<number> {
  const server = await startVscodeServer({ workspaceDir: tests.workspaceDir, env: tests.env });
  try {
    const browser = await launchBrowser();
    try {
      const { testsEnded } = await openWorkbench({
        server,
        browser,
        extensionTestsPath: tests.testsModule,
        extensionDevelopmentPath: tests.extensionDir,
        onLog: tests.onLog,
      });
      return await withDeadline(testsEnded, () => server.output());
    } finally {
      await browser.dispose();
    }
  } finally {
    await server.dispose();
  }
}

async function withDeadline(ended: Promise<number>, evidence: () => string): Promise<number> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`The editor's tests did not end. Server output:\n${evidence()}`)),
    runDeadlineMs,
  );
  try {
    return await Promise.race([ended, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
