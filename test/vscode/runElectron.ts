import { runTests } from '@vscode/test-electron';

/** What a downloaded or installed desktop VS Code is started with. */
export interface ElectronTests {
  readonly testsModule: string;
  readonly workspaceDir: string;
  readonly extensionDir: string;
  readonly env: Readonly<Record<string, string>>;
  /** The editor's executable; downloaded when it is not given. */
  readonly executable?: string | undefined;
}

/** Runs a tests module inside a desktop VS Code and returns its exit code. */
export function runTestsInElectron(tests: ElectronTests): Promise<number> {
  return runTests({
    ...(tests.executable === undefined ? {} : { vscodeExecutablePath: tests.executable }),
    extensionDevelopmentPath: tests.extensionDir,
    extensionTestsPath: tests.testsModule,
    extensionTestsEnv: tests.env,
    launchArgs: [
      tests.workspaceDir,
      '--disable-extensions',
      '--disable-workspace-trust',
      '--no-sandbox',
    ],
  });
}
