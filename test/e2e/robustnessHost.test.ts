import assert from 'node:assert/strict';
import process from 'node:process';
import type { FrameLocator, Page } from 'playwright-core';
import {
  openChat,
  openRunTree,
  planAndRun,
  readHostLock,
  startMusterEditor,
  type MusterEditor,
} from '../support/vscode/musterWindow.ts';
import { notesOnDisk, NoteWriter, notesScript } from '../support/vscode/noteWriter.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import {
  findWebview,
  notification,
  runCommand,
  screenshot,
  statusBarItem,
} from '../support/vscode/workbenchParts.ts';

const agentCount = 40;
const finishedCount = 4;
const doneText = `${finishedCount} of ${agentCount} agents done`;
const eventDeadlineMs = 60_000;

describe('windows and the background host come and go', function () {
  this.timeout(240_000);
  const model = new NoteWriter({
    'Write twice': notesScript('Lasting notes', agentCount),
    'Write once': notesScript('Cut-off notes', agentCount),
  });
  let editor: MusterEditor;
  let workbench: Workbench;
  let page: Page;
  let chat: FrameLocator;

  before(async function () {
    this.timeout(240_000);
    editor = await startMusterEditor({
      files: { 'README.md': '# Notes\n' },
      apiKey: 'test-key',
      respond: (request) => model.answer(request),
    });
    workbench = await editor.openWindow();
    ({ page } = workbench);
    chat = await openChat(page);
  });

  after(async () => {
    model.release();
    await editor.dispose();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await screenshot(page, 'host-failed');
  });

  it('a run goes on while its window reloads', async () => {
    await runUntilHeld({ request: 'Write twice', name: 'Lasting notes' });
    const tree = await openRunTree(page);
    await tree.getByRole('treeitem', { name: /Lasting notes.*Running/u }).waitFor();
    const { pid } = await readHostLock(editor.server);
    const askedBefore = editor.api.requests.length;
    await workbench.reload();
    chat = await findWebview(page, 'Chat');
    await chat
      .getByRole('article', { name: 'Run: Lasting notes' })
      .getByText(doneText)
      .first()
      .waitFor();
    await statusBarItem(page, `Muster ${finishedCount}/${agentCount}`).waitFor({
      timeout: eventDeadlineMs,
    });
    assert.equal((await readHostLock(editor.server)).pid, pid);
    const shown = await findRunTree(page);
    await shown.getByRole('treeitem', { name: /Lasting notes.*Running/u }).waitFor();
    assert.equal(editor.api.requests.length, askedBefore, 'no agent has begun anew');
    assert.equal(editor.api.inFlight(), 16);
    const rows = await shown
      .getByRole('treeitem', { level: 3 })
      .first()
      .getAttribute('aria-setsize');
    assert.equal(Number(rows), agentCount, 'the tree has every agent');
    await screenshot(page, 'host-reloaded');
  });

  it('a second window shows the same run, and both see its end', async () => {
    const second = await editor.openWindow();
    const tree = await findRunTree(page);
    const secondTree = await openRunTree(second.page);
    await secondTree.getByRole('treeitem', { name: /Lasting notes.*Running/u }).waitFor();
    model.release();
    for (const shown of [tree, secondTree]) {
      await shown.getByRole('treeitem', { name: /Lasting notes.*Completed/u }).waitFor();
      await shown.getByText(`${agentCount} of ${agentCount} agents done`).first().waitFor();
    }
    // Two turns an agent, the plan, and nothing twice.
    assert.equal(editor.api.requests.length, 2 * agentCount + 1);
    const report = chat.getByRole('article', { name: 'Report: Lasting notes' });
    await report.getByText(`${agentCount} pending`).waitFor();
    await second.dispose();
  });

  it('says that the host was killed, and offers to start it again', async () => {
    await runUntilHeld({ request: 'Write once', name: 'Cut-off notes' });
    const { pid } = await readHostLock(editor.server);
    process.kill(pid, 'SIGKILL');
    const problem = chat.getByRole('article', { name: 'Problem' });
    await problem
      .getByText('The background host stopped while “Cut-off notes” was running')
      .waitFor();
    await statusBarItem(page, 'Muster: interrupted').waitFor();
    const tree = await findRunTree(page);
    await tree.getByRole('treeitem', { name: /Cut-off notes.*Interrupted/u }).waitFor();
    await tree.getByRole('treeitem', { name: /note 5.*Cancelled/u }).waitFor();
    await editor.api.waitFor((api) => api.inFlight() === 0, eventDeadlineMs, 'closed requests');
    await screenshot(page, 'host-killed');
    await problem.getByRole('button', { name: 'Restart host' }).click();
    const card = chat.getByRole('article', { name: 'Cut-off notes' });
    await card.getByText('The host stopped in mid-run').waitFor();
    assert.notEqual((await readHostLock(editor.server)).pid, pid);
  });

  it('keeps what agents had finished, to be reviewed and accepted', async () => {
    await chat.getByText(`${finishedCount} pending`).waitFor();
    await runCommand(page, 'Muster: Review Changes');
    // The view takes the focus when it has its rows, and that would close the palette.
    await page.locator('[role="tree"][aria-label*="Proposed Changes"]:focus').waitFor();
    await screenshot(page, 'host-review');
    await runCommand(page, 'Muster: Accept All Proposed Changes');
    await notification(page, 'Applied changes in 4 files.').waitFor();
    assert.deepEqual(notesOnDisk(editor.workspace), [
      'notes/1.md',
      'notes/2.md',
      'notes/3.md',
      'notes/4.md',
    ]);
    await screenshot(page, 'host-accepted');
  });

  /** Starts a run of which four agents finish, while as many as may work wait for an answer. */
  async function runUntilHeld(plan: Parameters<typeof planAndRun>[1]): Promise<void> {
    model.hold(finishedCount + 1);
    await planAndRun(chat, plan);
    await chat
      .getByRole('article', { name: `Run: ${plan.name}` })
      .getByText(doneText)
      .waitFor();
    await editor.api.waitFor((api) => api.inFlight() === 16, eventDeadlineMs, '16 open requests');
  }

  function findRunTree(of: Page): Promise<FrameLocator> {
    return findWebview(of, 'Run Tree');
  }
});
