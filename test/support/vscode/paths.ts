import { existsSync } from 'node:fs';
import path from 'node:path';

const codeServerVersion = '4.139.1';

/** Where the checkout that runs the tests lies. */
export const repositoryDir: string = path.resolve(import.meta.dirname, '../../..');

/** Build products of the tests (bundles, the VSIX, screenshots); never shipped. */
export const outDir: string = path.join(repositoryDir, 'out');

/** The Node that the tests and the editor's server run on. */
export const nodeExecutable: string = process.execPath;

/** A small extension that shows that the harness itself works. */
export const probeExtensionDir: string = path.join(repositoryDir, 'test/fixtures/probeExtension');

const editorDir = path.join(
  repositoryDir,
  `.vscode-test/code-server-${codeServerVersion}/node_modules/code-server/lib/vscode`,
);

/** The entry file of the editor's server; throws when the bootstrap has not prepared it. */
export function editorServerMain(): string {
  const file = path.join(editorDir, 'out/server-main.js');
  if (existsSync(file)) return file;
  throw new Error(
    `Cannot start VS Code: ${file} is missing. Run "node scripts/bootstrap.mjs test" first.`,
  );
}
