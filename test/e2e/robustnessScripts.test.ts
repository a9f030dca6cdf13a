import assert from 'node:assert/strict';
import process from 'node:process';
import type { FrameLocator, Page } from 'playwright-core';
import {
  openChat,
  planAndRun,
  readHostLock,
  sendRequest,
  startMusterEditor,
  type MusterEditor,
} from '../support/vscode/musterWindow.ts';
import { NoteWriter, notesScript } from '../support/vscode/noteWriter.ts';
import {
  notification,
  quickPickItem,
  runCommand,
  screenshot,
  statusBarItem,
  treeRow,
} from '../support/vscode/workbenchParts.ts';

/**
 * A window that hangs would answer when the loop is stopped, ten seconds after it began; one that shares
 * two cores with other work has needed nearly two.
 */
const answerDeadlineMs = 5000;
/** An endless loop is stopped after ten seconds; a slow machine needs some more to say so. */
const failureDeadlineMs = 60_000;

const scripts: Readonly<Record<string, string>> = {
  Loop: hostile('Endless loop', 'while (true) {}'),
  Hoard: hostile(
    'Memory bomb',
    'const hoard = [];\nwhile (true) hoard.push(new Array(1000000).fill(hoard.length));',
  ),
  Import: hostile('Importer', "const fs = await import('node:fs');\nreturn fs.readdirSync('/');"),
  Escape: hostile(
    'Escape artist',
    "const make = (() => {}).constructor;\nreturn make('return process.env')();",
  ),
  Wait: hostile('Waiter', 'await new Promise(() => {});\nreturn 1;'),
  'Write notes': notesScript('Write two notes', 2),
};

// Runs in the page, whose types these tests do not have.
const clickUntilMenu = `new Promise((resolve) => {
  const startedAt = performance.now();
  const observer = new MutationObserver(() => {
    const row = document.querySelector('.quick-input-list .monaco-list-row');
    if (row === null || !row.checkVisibility()) return;
    observer.disconnect();
    resolve(performance.now() - startedAt);
  });
  observer.observe(document.body, { subtree: true, childList: true, attributes: true });
  const items = [...document.querySelectorAll('.statusbar-item')];
  items.find((item) => item.textContent.includes('Muster')).querySelector('a').click();
})`;

describe('hostile scripts in the panel', function () {
  this.timeout(240_000);
  let editor: MusterEditor;
  let page: Page;
  let chat: FrameLocator;
  let hostPid = 0;

  before(async function () {
    this.timeout(240_000);
    const model = new NoteWriter(scripts);
    editor = await startMusterEditor({
      files: { 'README.md': '# Notes\n' },
      apiKey: 'test-key',
      respond: (request) => model.answer(request),
    });
    ({ page } = await editor.openWindow());
    chat = await openChat(page);
    await treeRow(page, 'README.md').click();
    await page.locator('.monaco-editor .view-lines').getByText('# Notes').waitFor();
  });

  after(() => editor.dispose());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await screenshot(page, 'robustness-failed');
  });

  it('an endless loop fails the run, and the editor answers all the while', async () => {
    await planAndRun(chat, { request: 'Loop', name: 'Endless loop' });
    await statusBarItem(page, /Muster 0\/0/).waitFor();
    ({ pid: hostPid } = await readHostLock(editor.server));
    const waits: number[] = [];
    for (const letter of 'abcd') {
      waits.push(await openMenu());
      waits.push(await typeIntoEditor(letter));
    }
    // Still the loop's run: all of that happened in its midst.
    await statusBarItem(page, /Muster 0\/0/).waitFor();
    assert.ok(Math.max(...waits) < answerDeadlineMs, `Answered after ${waits.join(', ')} ms.`);
    await expectFailure('Endless loop', /computed for/);
    await screenshot(page, 'robustness-loop');
  });

  it('a memory bomb fails the run, not the host', async () => {
    await planAndRun(chat, { request: 'Hoard', name: 'Memory bomb' });
    await expectFailure('Memory bomb', /memory/);
  });

  it('import() is refused before anything runs, with the place', async () => {
    await sendRequest(chat, 'Import');
    const plan = chat.getByRole('article', { name: 'Plan: Importer' });
    await plan.getByText(/import\(\).* is not available/).waitFor();
    const run = plan.getByRole('button', { name: 'Run', disabled: true });
    assert.equal(await run.getAttribute('title'), 'The script has 1 error');
  });

  it('a way out through constructors ends at an error that says what is missing', async () => {
    await planAndRun(chat, { request: 'Escape', name: 'Escape artist' });
    await expectFailure('Escape artist', /code from strings is not available/);
  });

  it('a promise that nothing can settle fails the run at once', async () => {
    await planAndRun(chat, { request: 'Wait', name: 'Waiter' });
    await expectFailure('Waiter', /nothing can settle/);
    await screenshot(page, 'robustness-scripts');
  });

  it('the same host lives, and the next run works', async () => {
    await planAndRun(chat, { request: 'Write notes', name: 'Write two notes' });
    const report = chat.getByRole('article', { name: 'Report: Write two notes' });
    await report.getByText('Report · completed').waitFor();
    await report.getByText('2 of 2 agents done').waitFor();
    assert.equal((await readHostLock(editor.server)).pid, hostPid);
    assert.equal(process.kill(hostPid, 0), true);
  });

  async function expectFailure(name: string, cause: RegExp): Promise<void> {
    const report = chat.getByRole('article', { name: `Report: ${name}` });
    await report.getByText('Report · failed').waitFor({ timeout: failureDeadlineMs });
    await report.locator('.notice').getByText(cause).first().waitFor();
    await notification(page, cause).waitFor();
    // The message would lie over the buttons of the next plan.
    await runCommand(page, 'Notifications: Clear All Notifications');
    await notification(page, cause).waitFor({ state: 'hidden' });
  }

  /** Milliseconds from a click to the menu, which the extension host makes: it has to answer. */
  async function openMenu(): Promise<number> {
    // The page counts, so that what the browser's driver takes is left out.
    const waitedMs = await page.evaluate<number>(clickUntilMenu);
    await page.keyboard.press('Escape');
    await quickPickItem(page, 'Open run tree').waitFor({ state: 'hidden' });
    return Math.round(waitedMs);
  }

  async function typeIntoEditor(letter: string): Promise<number> {
    const line = page.locator('.monaco-editor .view-line').first();
    await line.click();
    await page.keyboard.press('End');
    const startedAt = performance.now();
    await page.keyboard.press(letter);
    await line.getByText(new RegExp(`${letter}$`, 'u')).waitFor();
    return Math.round(performance.now() - startedAt);
  }
});

function hostile(name: string, body: string): string {
  return `export const meta = { name: '${name}', description: 'Does harm.' };\n${body}\n`;
}
