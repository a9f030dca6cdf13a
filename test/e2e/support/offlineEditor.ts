import { mkdtemp, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { launchBrowser, type BrowserOptions } from '../../support/vscode/browser.ts';
import { waitForMuster } from '../../support/vscode/musterWindow.ts';
import { packageMuster } from '../../support/vscode/packagedExtensions.ts';
import { startVscodeServer, type ServerOptions } from '../../support/vscode/server.ts';
import { createTestWorkspace } from '../../support/vscode/testWorkspace.ts';
import { openWorkbench, type Workbench } from '../../support/vscode/workbench.ts';

/** How the window looks, and what differs from the defaults. */
export interface OfflineEditorOptions extends Pick<
  ServerOptions,
  'notifications' | 'userSettings'
> {
  readonly viewport: NonNullable<BrowserOptions['viewport']>;
  readonly theme: string;
}

/** A real VS Code with the packaged product, the offline provider and a copy of the sample project. */
export interface OfflineEditor {
  readonly workbench: Workbench;
  readonly workspaceDir: string;
  /** Where the product keeps its runs, as `--state-dir` of the command line takes it. */
  readonly stateDir: string;
  /** Ends everything, newest first. */
  dispose(): Promise<void>;
}

/** Packages and installs the product and opens one window. */
export async function openOfflineEditor(options: OfflineEditorOptions): Promise<OfflineEditor> {
  const opened: { dispose(): Promise<void> }[] = [];
  const register = <T extends { dispose(): Promise<void> }>(part: T): T => {
    opened.push(part);
    return part;
  };
  const dispose = async (): Promise<void> => {
    for (const part of opened.splice(0).reverse()) await part.dispose();
  };
  try {
    const workspace = register(await createSampleWorkspace());
    const vsixPath = await packageMuster();
    const server = register(
      await startVscodeServer({
        workspaceDir: workspace.dir,
        vsixPath,
        notifications: options.notifications,
        // In a browser VS Code saves by itself; nothing but the product may write here.
        userSettings: {
          'muster.provider': 'offline',
          'files.autoSave': 'off',
          ...options.userSettings,
        },
      }),
    );
    const browser = register(await launchBrowser({ viewport: options.viewport }));
    const workbench = register(await openWorkbench({ server, browser, theme: options.theme }));
    await waitForMuster(workbench.page);
    const stateDir = path.join(server.dataDir, 'state/muster');
    return { workbench, workspaceDir: workspace.dir, stateDir, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

// The folder's name is what the window shows everywhere, so it gets the project's own.
async function createSampleWorkspace(): Promise<{
  readonly dir: string;
  dispose(): Promise<void>;
}> {
  const workspace = await createTestWorkspace();
  const parentDir = await mkdtemp(path.join(os.tmpdir(), 'muster-sample-'));
  const dir = path.join(parentDir, 'stockroom');
  await rename(workspace.dir, dir);
  return { dir, dispose: () => rm(parentDir, { recursive: true, force: true, maxRetries: 5 }) };
}
