import assert from 'node:assert/strict';
import type { FrameLocator, Page } from 'playwright-core';
import type { MessagesApi } from '../support/messagesApi/startMessagesApi.ts';
import {
  openChat,
  openRunTree,
  planAndRun,
  startMusterEditor,
  type MusterEditor,
} from '../support/vscode/musterWindow.ts';
import {
  finishedNotes,
  notesOnDisk,
  NoteWriter,
  notesScript,
} from '../support/vscode/noteWriter.ts';
import {
  answerInputBox,
  notification,
  quickPickItem,
  runCommand,
  screenshot,
  statusBarItem,
} from '../support/vscode/workbenchParts.ts';

const agentCount = 80;
const eventDeadlineMs = 60_000;
const apiKey = 'sk-ant-typed-by-the-user';

describe('steering a run from the status bar', function () {
  this.timeout(240_000);
  const model = new NoteWriter({ 'Write the notes': notesScript('Write notes', agentCount) });
  let editor: MusterEditor;
  let page: Page;
  let chat: FrameLocator;
  let tree: FrameLocator;

  before(async function () {
    this.timeout(240_000);
    model.hold();
    editor = await startMusterEditor({
      files: { 'README.md': '# Notes\n' },
      respond: (request) => model.answer(request),
    });
    ({ page } = await editor.openWindow());
  });

  after(async () => {
    model.release();
    await editor.dispose();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await screenshot(page, 'steering-failed');
  });

  it('takes the API key from an input box and sends it to the server that is set', async () => {
    await runCommand(page, 'Muster: Set Anthropic API Key…');
    await answerInputBox(page, { title: 'Anthropic API Key', answer: apiKey });
    chat = await openChat(page);
    const card = await planAndRun(chat, { request: 'Write the notes', name: 'Write notes' });
    await card.waitFor();
    await seen('16 open requests', (api) => api.inFlight() === 16);
    const keys = new Set(editor.api.requests.map(({ headers }) => headers.authorization));
    assert.deepEqual([...keys], [`Bearer ${apiKey}`]);
    tree = await openRunTree(page);
    await tree.getByRole('tree').waitFor();
  });

  it('offers what can be done with the run, and says what it hits', async () => {
    await openMenu(/Muster 0\/80/);
    await quickPickItem(page, /Throttle….*now 16 at once/).waitFor();
    await quickPickItem(
      page,
      'Cancel run: 16 agents running, 64 queued; finished work is kept',
    ).waitFor();
    await screenshot(page, 'steering-menu');
  });

  it('throttles 16 to 1: nothing is aborted, and then one request at a time goes out', async () => {
    await quickPickItem(page, 'Throttle…').click();
    await screenshot(page, 'steering-throttle');
    await answerInputBox(page, { title: 'Throttle', answer: '1' });
    await tree.getByText('1 at once').first().waitFor();
    const held = [...editor.api.requests];
    model.release();
    await seen('the held requests to end', () =>
      held.every(({ endedAt }) => endedAt !== undefined),
    );
    editor.api.resetMaxInFlight();
    await seen('8 more requests', (api) => endedCount(api) >= held.length + 8);
    assert.deepEqual(
      { most: editor.api.maxInFlight(), aborted: abortedCount(editor.api) },
      { most: 1, aborted: 0 },
    );
  });

  it('pauses: the request under way ends, and no other goes out', async () => {
    await openMenu(/Muster \d+\/80/);
    await quickPickItem(page, 'Pause').click();
    await statusBarItem(page, /Muster \d+\/80 · paused/).waitFor();
    await seen('no open request', (api) => api.inFlight() === 0);
    const before = editor.api.requests.length;
    await openMenu(/paused/);
    await quickPickItem(page, 'Resume').waitFor();
    await screenshot(page, 'steering-paused');
    await page.keyboard.press('Escape');
    await tree.getByText('Paused').first().waitFor();
    assert.equal(editor.api.requests.length, before);
    assert.equal(abortedCount(editor.api), 0);
  });

  it('resumes where it stood', async () => {
    const before = editor.api.requests.length;
    await openMenu(/paused/);
    await quickPickItem(page, 'Resume').click();
    await seen('more requests', (api) => endedCount(api) >= before + 2);
    await statusBarItem(page, /Muster \d+\/80 · \$/).waitFor();
  });

  it('cancels: every request is closed', async () => {
    model.hold();
    await openMenu(/Muster \d+\/80/);
    await quickPickItem(page, 'Throttle…').click();
    await answerInputBox(page, { title: 'Throttle', answer: '16' });
    await seen('16 open requests', (api) => api.inFlight() === 16);
    const finished = finishedNotes(editor.api).length;
    const words = `Cancel run: 16 agents running, ${agentCount - 16 - finished} queued; finished work is kept`;
    await openMenu(new RegExp(`Muster ${finished}/80`, 'u'));
    await quickPickItem(page, words).click();
    await quickPickItem(page, 'Keep running').waitFor();
    await screenshot(page, 'steering-cancel');
    const open = editor.api.requests.filter(({ endedAt }) => endedAt === undefined);
    await quickPickItem(page, words).click();
    await seen('all requests to be closed', (api) => api.inFlight() === 0);
    assert.equal(open.length, 16);
    assert.ok(open.every(({ closedByClient }) => closedByClient));
  });

  it('says so in the tree, the chat and the report', async () => {
    await tree.getByRole('treeitem', { name: /Write notes.*Cancelled/ }).waitFor();
    const report = chat.getByRole('article', { name: 'Report: Write notes' });
    await report.getByText('Report · cancelled').waitFor();
    await screenshot(page, 'steering-cancelled');
    assert.equal(editor.api.inFlight(), 0);
  });

  it('keeps what finished agents proposed, to be accepted', async () => {
    const notes = finishedNotes(editor.api);
    assert.deepEqual(notesOnDisk(editor.workspace), []);
    await chat.getByText(`${notes.length} pending`).waitFor();
    await runCommand(page, 'Muster: Accept All Proposed Changes');
    await notification(page, `Applied changes in ${notes.length} files.`).waitFor();
    await chat.getByText(', 0 pending').waitFor();
    await screenshot(page, 'steering-accepted');
    assert.deepEqual(notesOnDisk(editor.workspace), notes);
  });

  async function openMenu(status: RegExp): Promise<void> {
    await statusBarItem(page, status).click();
    await quickPickItem(page, 'Open run tree').waitFor();
  }

  function seen(what: string, predicate: (api: MessagesApi) => boolean): Promise<void> {
    return editor.api.waitFor(predicate, eventDeadlineMs, what);
  }
});

function endedCount(api: MessagesApi): number {
  return api.requests.filter(({ endedAt }) => endedAt !== undefined).length;
}

function abortedCount(api: MessagesApi): number {
  return api.requests.filter(({ closedByClient }) => closedByClient).length;
}
