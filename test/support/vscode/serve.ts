import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { packageMuster } from './packagedExtensions.ts';
import { startVscodeServer } from './server.ts';
import { createTestWorkspace } from './testWorkspace.ts';

// Serves VS Code with the packaged extension until Ctrl+C.
async function main(): Promise<void> {
  const given = process.argv[2];
  const workspace = given === undefined ? await createTestWorkspace() : undefined;
  const workspaceDir = workspace?.dir ?? path.resolve(given ?? '.');
  try {
    await serve(workspaceDir);
  } finally {
    await workspace?.dispose();
  }
}

async function serve(workspaceDir: string): Promise<void> {
  const vsixPath = await packageMuster();
  const server = await startVscodeServer({
    workspaceDir,
    vsixPath,
    notifications: 'toasts',
    userSettings: { 'workbench.colorTheme': 'Default Dark Modern' },
  });
  process.stdout.write(
    `\nVS Code with Muster is ready. Open this in a browser:\n\n  ${server.url()}\n\n` +
      `Workspace: ${workspaceDir}\nCtrl+C ends it.\n`,
  );
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await server.dispose();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
