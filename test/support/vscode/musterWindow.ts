import { readFile } from 'node:fs/promises';
import { globSync } from 'node:fs';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { HostLock } from '../../../src/protocol/host/hostRpc.ts';
import {
  startMessagesApi,
  type MessagesApi,
  type Respond,
} from '../messagesApi/startMessagesApi.ts';
import { launchBrowser } from './browser.ts';
import { packageMuster } from './packagedExtensions.ts';
import {
  startVscodeServer,
  type Settings,
  type VscodeServer,
  type WindowOptions,
} from './server.ts';
import { createTestWorkspace, type TestWorkspace } from './testWorkspace.ts';
import { openWorkbench, type Workbench } from './workbench.ts';
import { findWebview, runCommand } from './workbenchParts.ts';

/** What a window with the product is opened with. */
export interface MusterSetup {
  /** The workspace's files; the bundled sample project unless given. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  /** Answers every request of the planner and of the agents. */
  readonly respond: Respond;
  readonly userSettings?: Settings | undefined;
  /** The key that the server's environment holds; without it the user has to give one. */
  readonly apiKey?: string | undefined;
}

/** A real VS Code with the packaged product, which talks to a scripted Messages API. */
export interface MusterEditor {
  readonly api: MessagesApi;
  readonly workspace: TestWorkspace;
  readonly server: VscodeServer;
  /** Opens a window with a browser profile of its own. */
  openWindow(options?: WindowOptions): Promise<Workbench>;
  /** Ends everything, newest first. */
  dispose(): Promise<void>;
}

/** Packages and installs the product and starts the editor's server. */
export async function startMusterEditor(setup: MusterSetup): Promise<MusterEditor> {
  const opened: { dispose(): Promise<void> }[] = [];
  const dispose = async (): Promise<void> => {
    for (const part of opened.splice(0).reverse()) await part.dispose();
  };
  const register = <T extends { dispose(): Promise<void> }>(part: T): T => {
    opened.push(part);
    return part;
  };
  try {
    const api = register(await startMessagesApi({ respond: setup.respond }));
    const workspace = register(await createTestWorkspace(setup.files));
    const vsixPath = await packageMuster();
    const server = register(
      await startVscodeServer({
        workspaceDir: workspace.dir,
        vsixPath,
        notifications: 'toasts',
        userSettings: { 'muster.provider': 'anthropic', ...setup.userSettings },
        // Where requests go is a machine's setting, which a folder cannot change.
        machineSettings: { 'muster.baseUrl': api.baseUrl },
        env: setup.apiKey === undefined ? {} : { ANTHROPIC_API_KEY: setup.apiKey },
      }),
    );
    const browser = register(await launchBrowser());
    const theme = 'Default Dark Modern';
    const openWindow = async (options: WindowOptions = {}): Promise<Workbench> => {
      const workbench = register(await openWorkbench({ server, browser, theme, ...options }));
      await waitForMuster(workbench.page);
      return workbench;
    };
    return { api, workspace, server, openWindow, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Settles when the window knows the product's contributions: the palette does not look again. */
export async function waitForMuster(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Muster', exact: true }).waitFor();
}

/** Opens the chat and gives its page. */
export async function openChat(page: Page): Promise<FrameLocator> {
  await runCommand(page, 'Muster: Open Chat');
  return findWebview(page, 'Chat');
}

/** Opens the run tree in an editor tab and gives its page. */
export async function openRunTree(page: Page): Promise<FrameLocator> {
  await runCommand(page, 'Muster: Open Run Tree');
  return findWebview(page, 'Run Tree');
}

/** Types a request into the composer and sends it. */
export async function sendRequest(chat: FrameLocator, request: string): Promise<void> {
  const composer = chat.getByRole('textbox', { name: 'Request' });
  await composer.fill(request);
  // The composer takes Enter once it has drawn what was typed.
  await chat.getByRole('button', { name: 'Send', disabled: false }).waitFor();
  await composer.press('Enter');
}

/** Sends a request, waits for the plan of this name and approves it; answers with the run's card. */
export async function planAndRun(
  chat: FrameLocator,
  options: { readonly request: string; readonly name: string },
): Promise<Locator> {
  await sendRequest(chat, options.request);
  const plan = chat.getByRole('article', { name: `Plan: ${options.name}` });
  await plan.getByRole('button', { name: 'Run', exact: true }).click();
  return chat.getByRole('article', { name: `Run: ${options.name}` });
}

/** The lock of the one host that serves the workspace. */
export async function readHostLock(server: VscodeServer): Promise<HostLock> {
  const pattern = 'state/muster/*/host.lock.json';
  const [file, ...others] = globSync(pattern, { cwd: server.dataDir });
  if (file === undefined || others.length > 0) {
    throw new Error(`Expected one ${pattern} in ${server.dataDir}, found ${others.length + 1}.`);
  }
  return HostLock.parse(JSON.parse(await readFile(path.join(server.dataDir, file), 'utf8')));
}
