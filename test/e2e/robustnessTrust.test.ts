import assert from 'node:assert/strict';
import {
  openChat,
  openRunTree,
  planAndRun,
  startMusterEditor,
  type MusterEditor,
} from '../support/vscode/musterWindow.ts';
import { NoteWriter, notesScript } from '../support/vscode/noteWriter.ts';
import {
  notification,
  runCommand,
  screenshot,
  statusBarItem,
} from '../support/vscode/workbenchParts.ts';

describe('windows in which nothing can run', function () {
  this.timeout(240_000);
  const model = new NoteWriter({ 'Write them': notesScript('Two notes', 2) });
  let editor: MusterEditor;

  before(async function () {
    this.timeout(240_000);
    editor = await startMusterEditor({
      files: { 'README.md': '# Notes\n' },
      apiKey: 'test-key',
      respond: (request) => model.answer(request),
    });
  });

  after(() => editor.dispose());

  it('reads a past run in Restricted Mode, and says why it runs nothing', async () => {
    await cancelOneRun();
    await editor.server.changeUserSettings({
      'security.workspace.trust.enabled': true,
      'security.workspace.trust.startupPrompt': 'never',
    });
    const workbench = await editor.openWindow();
    const { page } = workbench;
    await statusBarItem(page, 'Restricted Mode').waitFor();
    const chat = await openChat(page);
    await chat.getByText('This folder is not trusted').waitFor();
    assert.ok(await chat.getByRole('textbox', { name: 'Request' }).isDisabled());
    const tree = await openRunTree(page);
    await tree.getByRole('treeitem', { name: /Two notes.*Cancelled/u }).waitFor();
    await tree.getByRole('button', { name: 'Resume' }).click();
    await notification(page, 'This folder is not trusted').waitFor();
    await screenshot(page, 'trust-restricted');
    assert.equal(editor.api.inFlight(), 0);
    await tree.getByRole('button', { name: 'Report' }).click();
    await page.getByRole('tab', { name: /report\.md/u }).waitFor();
    await screenshot(page, 'trust-report');
    await workbench.dispose();
  });

  it('says what to do when no folder is open', async () => {
    const workbench = await editor.openWindow({ workspaceDir: null });
    const { page } = workbench;
    await page.getByRole('tab', { name: 'Muster', exact: true }).click();
    await page.getByText('Open a folder for Muster to work on.').waitFor();
    const chat = await openChat(page);
    await chat.getByText('Open a folder first').waitFor();
    await screenshot(page, 'trust-no-folder');
    await workbench.dispose();
  });

  async function cancelOneRun(): Promise<void> {
    model.hold(2);
    const workbench = await editor.openWindow();
    const { page } = workbench;
    const chat = await openChat(page);
    const card = await planAndRun(chat, { request: 'Write them', name: 'Two notes' });
    await card.getByText('1 of 2 agents done').waitFor();
    await runCommand(page, 'Muster: Cancel Run');
    await page.getByRole('option', { name: 'Cancel run: 1 agent running, 0 queued' }).click();
    await chat.getByRole('article', { name: 'Report: Two notes' }).waitFor();
    await workbench.dispose();
  }
});
