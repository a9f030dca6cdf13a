import { existsSync } from 'node:fs';
import { buildTestsModule, runTestsInExtensionHost } from '../support/vscode/extensionHostTests.ts';
import { repositoryDir } from '../support/vscode/paths.ts';
import { createTestWorkspace } from '../support/vscode/testWorkspace.ts';
import { runTestsInElectron } from './runElectron.ts';

const testLinePattern = /^\w+: MUSTER_TEST (.*)$/s;

// Runs the suites of this folder in a real VS Code: the one that MUSTER_VSCODE names, a downloaded
// one with MUSTER_VSCODE_DOWNLOAD=1, else the server version that the bootstrap prepared.
async function main(): Promise<number> {
  const workspace = await createTestWorkspace();
  try {
    return await runIn(workspace.dir);
  } finally {
    await workspace.dispose();
  }
}

async function runIn(workspaceDir: string): Promise<number> {
  const executable = process.env['MUSTER_VSCODE'];
  const tests = {
    testsModule: await buildTestsModule(),
    workspaceDir,
    extensionDir: repositoryDir,
    env: countsEnvironment(),
  };
  if (executable !== undefined && !existsSync(executable)) {
    throw new Error(
      `Cannot run the editor tests: MUSTER_VSCODE names ${executable}, which is missing.`,
    );
  }
  if (executable !== undefined || process.env['MUSTER_VSCODE_DOWNLOAD'] === '1') {
    return runTestsInElectron({ ...tests, executable });
  }
  return runTestsInExtensionHost({ ...tests, onLog: printTestLines });
}

// The window prints a lot of its own; the reporter marks the lines that belong to the tests.
function printTestLines(line: string): void {
  const marked = testLinePattern.exec(line)?.[1];
  if (marked !== undefined) process.stdout.write(`${marked}\n`);
}

function countsEnvironment(): Readonly<Record<string, string>> {
  const file = process.env['MUSTER_TEST_COUNTS'];
  return file === undefined ? {} : { MUSTER_TEST_COUNTS: file };
}

main().then(
  (exitCode) => (process.exitCode = exitCode),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  },
);
