import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { launchBrowser } from '../support/vscode/browser.ts';
import { packageProbe } from '../support/vscode/packagedExtensions.ts';
import { startVscodeServer } from '../support/vscode/server.ts';
import { createTestWorkspace } from '../support/vscode/testWorkspace.ts';
import { openWorkbench, type Workbench } from '../support/vscode/workbench.ts';
import {
  expandSection,
  notification,
  runCommand,
  screenshot,
  statusBarItem,
  treeRow,
  webviewFrame,
} from '../support/vscode/workbenchParts.ts';

describe('the workbench test harness', function () {
  this.timeout(240_000);
  const opened: { dispose(): Promise<void> }[] = [];
  let workbench: Workbench;

  before(async () => {
    const workspace = await createTestWorkspace({ 'hello.txt': 'hello\n' });
    opened.push(workspace);
    const vsixPath = await packageProbe();
    const server = await startVscodeServer({
      workspaceDir: workspace.dir,
      vsixPath,
      notifications: 'toasts',
    });
    opened.push(server);
    const browser = await launchBrowser();
    opened.push(browser);
    workbench = await openWorkbench({ server, browser, theme: 'Default Dark Modern' });
  });

  after(async () => {
    for (const part of opened.reverse()) await part.dispose();
  });

  it('opens the workspace with the packaged extension installed', async () => {
    await treeRow(workbench.page, 'hello.txt').waitFor();
    await statusBarItem(workbench.page, /Probe: idle/).waitFor();
  });

  it('runs commands from the palette', async () => {
    await runCommand(workbench.page, 'Probe: Say Hello');
    await statusBarItem(workbench.page, /Probe: said hello/).waitFor();
    await notification(workbench.page, 'Hello from the probe').waitFor();
  });

  it('reaches into webviews and takes pictures', async () => {
    await expandSection(workbench.page, 'Probe View');
    const frame = webviewFrame(workbench.page);
    await frame.getByRole('button', { name: 'Click me' }).click();
    await frame.getByRole('button', { name: 'Clicked' }).waitFor();
    assert.ok(existsSync(await screenshot(workbench.page, 'harness')));
  });

  it('restores the window after a reload', async () => {
    await workbench.reload();
    await statusBarItem(workbench.page, /Probe: idle/).waitFor();
  });
});
