/** Two agents that change the same line, in a real VS Code with the real engine: what was kept aside is seen and decided. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { FrameLocator, Page } from 'playwright-core';
import { ConflictingAgents, lateLabel } from '../support/messagesApi/conflictingAgents.ts';
import {
  openChat,
  planAndRun,
  startMusterEditor,
  type MusterEditor,
} from '../support/vscode/musterWindow.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import {
  notification,
  quickPickItem,
  runCommand,
  screenshot,
  statusBarItem,
} from '../support/vscode/workbenchParts.ts';
import { ProposedChanges, tabTitles } from './support/editorParts.ts';

const file = 'src/greeting.js';
const workflowFile = '.github/workflows/ci.yml';
const original = [
  "const greeting = 'Good morning';",
  "const farewell = 'Good bye';",
  '',
  'function greet(name) {',
  "  return greeting + ', dear ' + name + '!';",
  '}',
  '',
  'function part(name) {',
  "  return farewell + ', ' + name + '.';",
  '}',
  '',
  'module.exports = { greet, part };',
  '',
].join('\n');
const conflictTab = new RegExp(`greeting\\.js \\(proposed ↔ ${lateLabel}\\)`, 'u');

describe('edits of agents that do not fit', function () {
  this.timeout(240_000);
  const model = new ConflictingAgents({
    path: file,
    early: [
      { from: "'Good morning'", to: "'Bonjour'" },
      { from: "farewell + ', ' + name + '.'", to: 'farewell + `, ${name}.`' },
    ],
    late: [
      { from: "'Good morning'", to: "'Hi'" },
      { from: "', dear ' + name", to: "' ' + name" },
    ],
    creates: { path: workflowFile, text: 'on: push\n' },
  });
  let editor: MusterEditor;
  let workbench: Workbench;
  let page: Page;
  let chat: FrameLocator;
  let changes: ProposedChanges;

  before(async function () {
    this.timeout(240_000);
    editor = await startMusterEditor({
      files: { [file]: original },
      apiKey: 'test-key',
      respond: (request) => model.answer(request),
    });
    workbench = await editor.openWindow();
    ({ page } = workbench);
    chat = await openChat(page);
    changes = new ProposedChanges(page);
  });

  after(() => editor.dispose());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await screenshot(page, 'conflicts-failed');
  });

  const conflictRow = () => changes.row(new RegExp(`greeting\\.js.*${lateLabel}`, 'u'));
  const shownLines = (side: 'original' | 'modified') =>
    page.locator(`.monaco-diff-editor .editor.${side} .view-line`);
  const mergeEditor = () => page.locator('.merge-editor');
  /** The editor asks, because nothing was merged. */
  const closeMerge = async () => {
    await runCommand(page, 'View: Close Editor');
    await page.getByRole('dialog').getByRole('button', { name: 'Close with Conflicts' }).click();
    await mergeEditor().waitFor({ state: 'detached' });
  };
  const editorButton = (name: string) =>
    page.locator('.editor-group-container').getByRole('button', { name });
  const onDisk = () => readFile(path.join(editor.workspace.dir, file), 'utf8');

  it('stand above all groups, with the agent and the reason, and are counted', async () => {
    await planAndRun(chat, { request: 'Rework the greeting', name: 'Two minds' });
    const report = chat.getByRole('article', { name: 'Report: Two minds' });
    await report.getByText('3 pending, 1 conflict').waitFor();
    await report.getByRole('button', { name: 'Review changes' }).click();
    await changes.row(/^Conflicts between agents/u).waitFor();
    await changes.row(/same lines \(near line 1\)/u).waitFor();
    await conflictRow().waitFor();
    await changes.row(/greeting\.js.*1 kept aside/u).waitFor();
    await statusBarItem(page, /^\s*3\s*1\s*$/u).waitFor();
    const counts = page.getByText('Two minds · 3 pending · 1 conflict', { exact: true });
    await counts.waitFor({ state: 'attached' });
  });

  it('are shown as what their agent wanted, against the proposal, and nothing else differs', async () => {
    await conflictRow().click();
    await page.getByRole('tab', { name: conflictTab }).waitFor();
    await shownLines('original').filter({ hasText: "'Bonjour'" }).waitFor();
    await shownLines('modified').filter({ hasText: "'Hi'" }).waitFor();
    for (const side of ['original', 'modified'] as const)
      await shownLines(side).filter({ hasText: 'farewell + `' }).waitFor();
    await shownLines('modified').filter({ hasText: "greeting + ' '" }).waitFor();
    // One line of each place, and a button of the proposals' that decides about hunks is not there.
    assert.equal(await page.locator('.editor.modified .line-insert').count(), 2);
    assert.equal(await editorButton('Accept Change at Cursor').count(), 0);
    await editorButton('Discard Kept-Aside Edit').waitFor();
    await screenshot(page, 'conflicts-dark');
  });

  it('are merged by hand in the merge editor, whose result is the live file', async () => {
    await conflictRow().hover();
    await conflictRow().getByRole('button', { name: 'Open 3-Way Merge' }).click();
    await mergeEditor().getByText(lateLabel).first().waitFor();
    await mergeEditor().getByText("'Bonjour'").first().waitFor();
    await mergeEditor().getByText("'Hi'").first().waitFor();
    await mergeEditor().getByText("'Good morning'").first().waitFor();
    await screenshot(page, 'conflicts-merge');
    assert.equal(await onDisk(), original);
    assert.equal(await page.locator('.tab.dirty').count(), 0);
    await closeMerge();
  });

  it('and a change that no longer fits the live file can be merged or rejected, and not accepted', async () => {
    const edited = original.replace('Good morning', 'Howdy');
    await writeFile(path.join(editor.workspace.dir, file), edited);
    await runCommand(page, 'Muster: Refresh Proposed Changes');
    await changes.row(/greeting\.js.*conflict · 1 kept aside/u).waitFor();
    await changes.expand(/greeting\.js.*kept aside/u);
    const unfit = changes.row("'Bonjour'");
    await unfit.hover();
    await unfit.getByRole('button', { name: 'Reject' }).waitFor();
    assert.equal(await unfit.getByRole('button', { name: 'Accept' }).count(), 0);
    await unfit.click();
    await page.getByRole('tab', { name: /^greeting\.js \(proposed\)/u }).waitFor();
    await shownLines('modified').filter({ hasText: "'Bonjour'" }).click();
    await page.keyboard.press('Control+Alt+KeyY');
    await runCommand(page, 'Notifications: Show Notifications');
    const told = notification(page, /the file changed since it was read, in the same lines/u);
    await told.getByRole('button', { name: 'Reject' }).waitFor();
    await told.getByRole('button', { name: 'Open 3-Way Merge' }).click();
    for (const text of ['Your File', 'Proposed', "'Howdy'", "'Bonjour'"])
      await mergeEditor().getByText(text).first().waitFor();
    await screenshot(page, 'conflicts-unfit');
    assert.equal(await onDisk(), edited);
    await closeMerge();
    await writeFile(path.join(editor.workspace.dir, file), original);
    await runCommand(page, 'Muster: Refresh Proposed Changes');
    await changes.row(/greeting\.js.*−2 · 1 kept aside/u).waitFor();
    await conflictRow().click();
    await page.getByRole('tab', { name: conflictTab }).waitFor();
  });

  it('are left alone by an accept of everything', async () => {
    await runCommand(page, 'Muster: Accept All Proposed Changes');
    await notification(page, 'Applied changes in 1 file.').waitFor();
    assert.equal(
      await onDisk(),
      original
        .replace('Good morning', 'Bonjour')
        .replace("farewell + ', ' + name + '.'", 'farewell + `, ${name}.`'),
    );
    await changes.row(/greeting\.js.*kept aside/u).waitFor({ state: 'detached' });
    await conflictRow().waitFor();
  });

  it('are all that is left when a flagged file got the accept of its own, which is asked for', async () => {
    const flagged = changes.row(/ci\.yml.*CI file: accept separately/u);
    await changes.decide(/ci\.yml/u, 'Accept');
    const reason = 'CI file: it runs on your build machines.';
    await quickPickItem(page, reason).waitFor();
    await screenshot(page, 'conflicts-flagged');
    await page.keyboard.press('Escape');
    await flagged.waitFor();
    assert.equal(existsSync(path.join(editor.workspace.dir, workflowFile)), false);
    await changes.decide(/ci\.yml/u, 'Accept');
    await quickPickItem(page, reason).click();
    await flagged.waitFor({ state: 'detached' });
    assert.equal(existsSync(path.join(editor.workspace.dir, workflowFile)), true);
    await page.getByText('Only conflicts are left: 1.').waitFor();
    await page
      .locator('.statusbar-item[aria-label*="1 conflict waiting for your review"]')
      .waitFor();
  });

  it('survive a reload, tab and all', async () => {
    await workbench.reload();
    await page.getByRole('tab', { name: conflictTab }).waitFor();
    await shownLines('modified').filter({ hasText: "'Hi'" }).waitFor();
    await conflictRow().waitFor();
  });

  it('are discarded from the row, and taken back at once', async () => {
    await runCommand(page, 'Notifications: Clear All Notifications');
    await conflictRow().hover();
    await conflictRow().getByRole('button', { name: 'Discard Kept-Aside Edit' }).click();
    await conflictRow().waitFor({ state: 'detached' });
    await runCommand(page, 'Notifications: Show Notifications');
    const told = notification(page, `Discarded the edit by “${lateLabel}” in ${file}.`);
    await told.getByRole('button', { name: 'Undo' }).click();
    await conflictRow().waitFor();
  });

  it('are discarded from the diff, and restored a reload later', async () => {
    await editorButton('Discard Kept-Aside Edit').click();
    await conflictRow().waitFor({ state: 'detached' });
    await workbench.reload();
    await page.getByText('You have decided on every change.').waitFor();
    await runCommand(page, 'Muster: Restore Discarded Conflicts…');
    await quickPickItem(page, file).click();
    await page.getByRole('button', { name: 'OK', exact: true }).click();
    await conflictRow().waitFor();
    assert.ok((await tabTitles(page)).length > 0);
  });
});
