import assert from 'node:assert/strict';
import type { FrameLocator, Page } from 'playwright-core';
import type { Hunk } from '../../src/protocol/proposals.ts';
import { openChat } from '../support/vscode/musterWindow.ts';
import {
  findWebview,
  notification,
  runCommand,
  screenshot,
  statusBarItem,
} from '../support/vscode/workbenchParts.ts';
import { watchTexts } from './support/changesWatch.ts';
import { hasFocusInside, ProposedChanges, tabTitles } from './support/editorParts.ts';
import {
  readFiles,
  readProposed,
  withHunks,
  type Files,
  type Proposed,
} from './support/expectedFiles.ts';
import { openOfflineEditor, type OfflineEditor } from './support/offlineEditor.ts';

const request = 'Modernise this project to ES6 and keep its tests passing';
const name = 'modernise-javascript';
const runDeadlineMs = 180_000;
/** As fast as people type: each key costs the editor 70 ms of one core, and the run needs the others. */
const keystrokeDelayMs = 150;

const markedFile = 'lib/pricing/currency.js';
const windowsFile = 'lib/reports/csv.js';
const unendedFile = 'lib/util/events.js';

describe('the main job: ask, approve, watch, review, accept', function () {
  this.timeout(240_000);
  const accepted = new Set<string>();
  let editor: OfflineEditor;
  let page: Page;
  let chat: FrameLocator;
  let tree: FrameLocator;
  let changes: ProposedChanges;
  let original: Files;
  let proposed: Proposed;

  before(async function () {
    this.timeout(240_000);
    editor = await openOfflineEditor({
      viewport: { width: 1440, height: 1400 },
      theme: 'Default Dark Modern',
      notifications: 'toasts',
      // The consent is part of the main job where there is no sandbox.
      userSettings: { 'muster.commands.sandbox': 'off' },
    });
    page = editor.workbench.page;
    changes = new ProposedChanges(page);
    original = await readFiles(editor.workspaceDir);
  });

  after(() => editor.dispose());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await screenshot(page, 'main-job-failed');
  });

  it('has a sample with Windows line endings, a byte order mark and an unended last line', () => {
    assert.match(original[windowsFile] ?? '', /^(?:[^\r\n]*\r\n)+$/u);
    assert.match(original[markedFile] ?? '', /^\u00ef\u00bb\u00bf/u);
    assert.match(original[unendedFile] ?? '', /[^\r\n]$/u);
  });

  it('makes a plan of a typed request, and changes nothing', async () => {
    chat = await openChat(page);
    await chat.getByRole('textbox', { name: 'Request' }).and(chat.locator(':focus')).waitFor();
    await page.keyboard.type(request);
    await page.keyboard.press('Enter');
    const plan = chat.getByRole('article', { name: `Plan: ${name}` });
    await plan.getByRole('button', { name: 'Run', exact: true }).waitFor();
    assert.match(await plan.innerText(), /waiting for your approval[\s\S]*npm test/u);
    await assertFiles();
  });

  it('runs live, and neither opens a tab nor takes a key from the user who goes on typing', async () => {
    await page.getByRole('tab', { name: 'Muster', exact: true }).click();
    tree = await findWebview(page, 'Run Tree');
    await tree.getByText('No run to show').waitFor();
    await runCommand(page, 'File: New Untitled Text File');
    await statusBarItem(page, /Ln 1, Col 1/u).waitFor();
    const tabsBefore = await tabTitles(page);
    const cards = await watchTexts(chat, 'article');
    const rows = await watchTexts(tree, '[role=treeitem]');
    await chat.getByRole('checkbox', { name: /without a sandbox/u }).check();
    await chat.getByRole('button', { name: 'Run', exact: true }).click();
    await page.locator('.editor-instance .view-lines').click();
    const typedCharacters = await typeUntil(page, () =>
      reportCard().waitFor({ timeout: runDeadlineMs }),
    );

    await statusBarItem(page, new RegExp(`Ln 1, Col ${typedCharacters + 1}`, 'u')).waitFor();
    assert.equal(await hasFocusInside(page, '.editor-instance'), true);
    // An unnamed file's title is its text: what counts is that no tab has come.
    assert.equal((await tabTitles(page)).length, tabsBefore.length);
    assert.ok((await cards.seen()).includes(`Run: ${name}`));
    // Whether an agent is caught at work is chance: the tree draws a few times a second. The run is.
    for (const state of [/Running/u, /stockroom\.js[\s\S]*Done/u]) {
      assert.ok(
        (await rows.seen()).some((text) => state.test(text)),
        String(state),
      );
    }
  });

  it('reports a verdict with its receipt, and every file is byte for byte as it was', async () => {
    assert.match(await reportCard().innerText(), /Passed[\s\S]*npm test[\s\S]*42 tests/u);
    await tree.getByRole('treeitem', { level: 1 }).press('End');
    await tree
      .getByRole('treeitem')
      .filter({ hasText: /npm test.*Passed.*42 tests/u })
      .waitFor();
    await assertFiles();
    proposed = await readProposed(editor);
    assert.notDeepEqual(proposed.files, original);
  });

  it('shows a hunk as a difference in one preview tab, and leaves the focus in the tree', async () => {
    await runCommand(page, 'Notifications: Clear All Notifications');
    await reportCard().getByRole('button', { name: 'Review changes' }).click();
    await changes.row('currency.js').waitFor();
    const tabsBefore = await tabTitles(page);
    for (const file of ['csv.js', 'currency.js']) {
      await changes.row(file).click();
      await page.getByRole('tab', { name: `${file} (proposed)` }).waitFor();
      assert.deepEqual(await tabTitles(page), [...tabsBefore, `${file} (proposed)`]);
    }
    assert.equal(await hasFocusInside(page, '[aria-label="Proposed Changes"]'), true);
    await assertFiles();
  });

  it('writes one accepted hunk and nothing else, under the byte order mark', async () => {
    await changes.expand('currency.js');
    const [hunk] = hunksOf(markedFile);
    await acceptRow(hunk);
    await assertFiles();
  });

  it('writes nothing for a rejected hunk', async () => {
    await changes.expand('csv.js');
    const [hunk] = hunksOf(windowsFile);
    const row = changes.row(rowText(hunk));
    await changes.decide(rowText(hunk), 'Reject');
    await row.waitFor({ state: 'detached' });
    await assertFiles();
  });

  it('writes an accepted group without the rejected hunk, with Windows line endings', async () => {
    await acceptGroup();
    await assertFiles();
    assert.match((await readFiles(editor.workspaceDir))[windowsFile] ?? '', /^(?:[^\r\n]*\r\n)+$/u);
  });

  it('takes the group back byte by byte', async () => {
    // A toast hides itself after some seconds; the center keeps what it said.
    await runCommand(page, 'Notifications: Show Notifications');
    const applied = notification(page, 'Applied changes in 4 files.');
    await applied.getByRole('button', { name: 'Undo' }).click();
    await notification(page, 'Undid the changes in 4 files.').waitFor();
    for (const { hunkId } of groupOf(windowsFile)) accepted.delete(hunkId);
    await assertFiles();
    await changes.row('csv.js').waitFor();
  });

  it('accepts by the keyboard alone, up to a last line that has no end', async () => {
    await runCommand(page, 'Notifications: Clear All Notifications');
    // From the editor, so that a focus in the tree can only come from the command.
    await page.keyboard.press('Control+1');
    await page.locator('.editor-instance :focus').waitFor({ state: 'attached' });
    await runCommand(page, 'Muster: Review Changes');
    await changes.tree.and(page.locator(':focus')).waitFor();
    const hunks = hunksOf(unendedFile);
    // The row that was current is gone: the editor chooses the first one in its stead.
    await changes.focusedRow(/./u).waitFor();
    await page.keyboard.press('End');
    await changes.focusedRow('text.js').waitFor();
    await changes.arrowTo('events.js', 'ArrowUp');
    await page.keyboard.press('ArrowRight');
    await changes.row(rowText(hunks[0])).waitFor();
    await changes.arrowTo(rowText(hunks.at(-1)), 'ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: 'events.js (proposed)' }).waitFor();
    const shownLines = page.locator('.monaco-diff-editor .editor.modified .view-line');
    await shownLines.filter({ hasText: 'module.exports = { Emitter };' }).waitFor();
    await page.keyboard.press('Control+1');
    await page
      .locator('.monaco-diff-editor .editor.modified :focus')
      .waitFor({ state: 'attached' });
    await page.keyboard.press('Control+Alt+KeyY');
    await page.getByRole('tab', { name: 'functional.js (proposed)' }).waitFor();
    accepted.add(hunks.at(-1)?.hunkId ?? '');
    await assertFiles();
    assert.match((await readFiles(editor.workspaceDir))[unendedFile] ?? '', /[^\r\n]$/u);
  });

  it('keeps the conversation and what is undecided when the window is reloaded', async () => {
    await editor.workbench.reload();
    chat = await findWebview(page, 'Chat');
    await reportCard().waitFor();
    const conversation = await chat.getByRole('log').innerText();
    assert.match(conversation, new RegExp(`${request}[\\s\\S]*Plan · approved`, 'u'));
    const rejectedCount = 1;
    const all = proposed.set.files.flatMap(({ hunks }) => hunks).length;
    const pendingCount = all - accepted.size - rejectedCount;
    await statusBarItem(page, new RegExp(`^\\s*${pendingCount}\\s*$`, 'u')).waitFor();
    await changes.row('currency.js').waitFor();
    await assertFiles();
  });

  it('goes on with the review after the reload', async () => {
    await acceptGroup();
    await assertFiles();
  });

  it('verifies the accepted files with the same command, in a run of its own', async () => {
    await reportCard().getByRole('button', { name: 'Verify accepted files' }).click();
    const report = chat.getByRole('article', { name: `Report: Accepted files of ${name}` });
    await report.waitFor();
    await screenshot(page, 'main-job-verified');
    const words = await report.innerText();
    assert.match(words, /Passed/u);
    assert.match(words, /npm test/u);
    assert.match(words, /Agents\s+None/u);
    await assertFiles();
  });

  function reportCard() {
    return chat.getByRole('article', { name: `Report: ${name}` });
  }

  function hunksOf(file: string): readonly Hunk[] {
    return proposed.set.files.find(({ path }) => path === file)?.hunks ?? [];
  }

  function groupOf(file: string): readonly Hunk[] {
    const groupId = hunksOf(file)[0]?.groupId;
    return proposed.set.files.flatMap(({ hunks }) =>
      hunks.filter((hunk) => hunk.groupId === groupId),
    );
  }

  async function acceptRow(hunk: Hunk | undefined): Promise<void> {
    const row = changes.row(rowText(hunk));
    await changes.decide(rowText(hunk), 'Accept');
    await row.waitFor({ state: 'detached' });
    accepted.add(hunk?.hunkId ?? '');
  }

  /** The group of the file with Windows line endings, whose first hunk has been rejected. */
  async function acceptGroup(): Promise<void> {
    await changes.decide(/^lib\/reports/u, 'Accept');
    await notification(page, 'Applied changes in 4 files.').waitFor();
    const rejectedId = hunksOf(windowsFile)[0]?.hunkId;
    for (const { hunkId } of groupOf(windowsFile)) if (hunkId !== rejectedId) accepted.add(hunkId);
  }

  async function assertFiles(): Promise<void> {
    const expected =
      accepted.size === 0
        ? original
        : withHunks(original, proposed, (hunk) => accepted.has(hunk.hunkId));
    assert.deepEqual(await readFiles(editor.workspaceDir), expected);
  }
});

function rowText(hunk: Hunk | undefined): string {
  assert.ok(hunk);
  return hunk.preview.trim();
}

/** Types until the work is over and answers with the number of characters. */
async function typeUntil(page: Page, work: () => Promise<void>): Promise<number> {
  const words = 'typing on ';
  const progress = { isOver: false };
  const over = work().finally(() => (progress.isOver = true));
  let typedCharacters = 0;
  while (!progress.isOver) {
    await page.keyboard.type(words, { delay: keystrokeDelayMs });
    typedCharacters += words.length;
  }
  await over;
  return typedCharacters;
}
