/** Runs that wait for the user, in a real VS Code with the real engine: at a limit, at a gate, at the breaker. */
import assert from 'node:assert/strict';
import type { FrameLocator, Page } from 'playwright-core';
import { BREAKER_IN_A_ROW } from '../../src/core/limits.ts';
import { fail } from '../support/messagesApi/replies.ts';
import {
  openChat,
  planAndRun,
  startMusterEditor,
  type MusterEditor,
} from '../support/vscode/musterWindow.ts';
import { notesOnDisk, NoteWriter, notesScript } from '../support/vscode/noteWriter.ts';
import {
  answerInputBox,
  quickPickItem,
  screenshot,
  statusBarItem,
} from '../support/vscode/workbenchParts.ts';

/** Fewer than the scripts want, and enough for the breaker. */
const capped = 6;
const gateScript = `export const meta = { name: 'Ask first', description: 'Asks before it writes.' };
const { approved, note } = await gate('Write two notes?', { count: 2 });
if (!approved) return note;
return parallel([1, 2].map((n) => () => agent('Write note #' + n + '#', { label: 'note ' + n })));
`;

describe('runs that wait for the user', function () {
  this.timeout(240_000);
  let isBroken = false;
  const model = new NoteWriter({
    'Raise it': notesScript('Raised notes', 9),
    'Stop it': notesScript('Stopped notes', 9),
    'Ask me': gateScript,
    'Break down': notesScript('Broken notes', 30),
  });
  let editor: MusterEditor;
  let page: Page;
  let chat: FrameLocator;

  before(async function () {
    this.timeout(240_000);
    editor = await startMusterEditor({
      files: { 'README.md': '# Notes\n' },
      apiKey: 'test-key',
      userSettings: { 'muster.limits.maxAgents': capped },
      respond: (request) => {
        const isPlan = request.tools?.some(({ name }) => name === 'propose_workflow') === true;
        return isBroken && !isPlan
          ? fail(400, { message: 'no such thing' })
          : model.answer(request);
      },
    });
    ({ page } = await editor.openWindow());
    chat = await openChat(page);
  });

  after(async () => {
    await editor.dispose();
  });

  afterEach(async function () {
    await screenshot(page, `waiting-${this.currentTest?.title.slice(0, 20) ?? ''}`);
  });

  it('go on under a raised limit, with nothing asked twice', async () => {
    const card = await planAndRun(chat, { request: 'Raise it', name: 'Raised notes' });
    await card.getByRole('button', { name: 'Raise limits…' }).waitFor();
    await statusBarItem(page, /Muster 6\/6/u).waitFor();
    const before = editor.api.requests.length;
    await screenshot(page, 'waiting-at-limit');
    await card.getByRole('button', { name: 'Raise limits…' }).click();
    await quickPickItem(page, /^Agents\s*6/u).click();
    await answerInputBox(page, { title: 'Agents', answer: '9' });
    await quickPickItem(page, 'Continue with these limits').click();
    const report = chat.getByRole('article', { name: 'Report: Raised notes' });
    await report.getByText('9 pending').waitFor();
    assert.deepEqual([before, editor.api.requests.length], [2 * capped + 1, 2 * 9 + 1]);
  });

  it('stop with what is done', async () => {
    const card = await planAndRun(chat, { request: 'Stop it', name: 'Stopped notes' });
    await card.getByRole('button', { name: 'Stop and keep results' }).click();
    const report = chat.getByRole('article', { name: 'Report: Stopped notes' });
    await report.getByText(`${capped} pending`).waitFor();
    await report.getByRole('button', { name: /^Resume/u }).waitFor();
    await report.getByText('The limit of 6 agents is reached').first().waitFor();
  });

  it('go on after an answer', async () => {
    await planAndRun(chat, { request: 'Ask me', name: 'Ask first' });
    const gate = chat.getByRole('article', { name: 'Question: Write two notes?' });
    await gate.getByRole('textbox').fill('Two are enough.');
    await screenshot(page, 'waiting-at-gate');
    await gate.getByRole('button', { name: 'Approve' }).click();
    const report = chat.getByRole('article', { name: 'Report: Ask first' });
    await report.getByText('2 pending').waitFor();
  });

  it('say why agents fail again and again, before the next request', async () => {
    isBroken = true;
    const before = editor.api.requests.length;
    const card = await planAndRun(chat, { request: 'Break down', name: 'Broken notes' });
    await card
      .getByText(/agents fail|same cause|in a row/u)
      .first()
      .waitFor();
    assert.deepEqual(notesOnDisk(editor.workspace), []);
    // After the plan, five or what was under way at the fifth; no failed turn goes out again.
    const sent = editor.api.requests.length - before - 1;
    assert.ok(sent >= BREAKER_IN_A_ROW && sent <= capped, `${sent} requests`);
    await card.getByRole('button', { name: 'Cancel' }).click();
    await quickPickItem(page, /^Cancel run/u).click();
    await chat.getByRole('article', { name: 'Report: Broken notes' }).waitFor();
  });
});
