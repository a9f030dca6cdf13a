/** Questions that one branch of a run asks while others work, in a real VS Code that is reloaded in between. */
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { hasSandbox } from '../support/hasSandbox.ts';
import {
  openChat,
  openRunTree,
  sendRequest,
  startMusterEditor,
  type MusterEditor,
} from '../support/vscode/musterWindow.ts';
import { NoteWriter } from '../support/vscode/noteWriter.ts';
import type { Workbench } from '../support/vscode/workbench.ts';
import {
  findWebview,
  notification,
  runCommand,
  screenshot,
  statusBarItem,
} from '../support/vscode/workbenchParts.ts';
import { CheckingAgent, commandResults } from './support/checkingAgent.ts';
import { readJournal } from '../../src/host/adapters/store/readJournal.ts';

const listed = 'echo on the list';
const read = { command: 'cat page.md', cwd: 'web' };
const refused = { command: 'git push --force' };
const label = 'check the page';
const gateScript = `export const meta = { name: 'Gated notes', description: 'Ships one note when asked.' };
const note = (n) => agent('Write note #' + n + '#', { label: 'note ' + n });
const ship = async () => ((await gate('Ship note 4?', { to: 'everybody' })).approved ? note(4) : null);
return parallel([ship, ...[1, 2, 3].map((n) => () => note(n))]);
`;

describe('questions of one branch of a run', function () {
  this.timeout(240_000);
  const checker = new CheckingAgent();
  const prompt = checker.promptFor([{ command: listed }, read, read, read, refused]);
  // A command of the plan makes the card ask for the consent where there is no sandbox.
  const commandScript = `export const meta = { name: 'Checked page', description: 'Runs commands.' };
const done = await agent(${JSON.stringify(prompt)}, { label: '${label}' });
await verify('true');
return done;
`;
  const model = new NoteWriter({ 'Ask me': gateScript, 'Check it': commandScript });
  let editor: MusterEditor;
  let workbench: Workbench;
  let page: Page;
  let chat: FrameLocator;

  before(async function () {
    this.timeout(240_000);
    editor = await startMusterEditor({
      files: { 'README.md': '# Notes\n', 'web/page.md': 'The page\n' },
      apiKey: 'test-key',
      userSettings: { 'muster.commands.allow': ['echo *'] },
      respond: (request) => checker.answer(request) ?? model.answer(request),
    });
    workbench = await editor.openWindow();
    ({ page } = workbench);
    chat = await openChat(page);
  });

  after(async () => {
    checker.release();
    await editor.dispose();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await screenshot(page, 'questions-failed');
  });

  it('show a command, its folder, its agent and its walls, where the notification leads', async () => {
    checker.hold();
    await plan('Check it', 'Checked page');
    await openRunTree(page);
    await runCommand(page, 'View: Toggle Secondary Side Bar Visibility');
    await page.locator('.part.auxiliarybar').waitFor({ state: 'hidden' });
    checker.release();
    const call = notification(page, `“Checked page” needs you`);
    await call.getByText(read.command).waitFor();
    await statusBarItem(page, 'Muster 0/1 · waiting for you').waitFor();
    await screenshot(page, 'questions-notification');
    await call.getByRole('button', { name: 'Answer…' }).click();
    chat = await findWebview(page, 'Chat');
    const card = question(read.command);
    await card.and(chat.locator(':focus')).waitFor();
    assert.equal(await card.getByRole('region', { name: 'Command' }).innerText(), read.command);
    const words = await card.innerText();
    assert.match(words, /May “check the page” run this command\?/u);
    assert.match(words, /In the folder web of the agent’s copy of your files\./u);
    assert.match(words, hasSandbox() ? /In the sandbox: no network/u : /Without a sandbox/u);
    await screenshot(page, 'questions-command');
    const tree = await findWebview(page, 'Run Tree');
    const row = tree.getByRole('treeitem').filter({ hasText: read.command });
    await row.filter({ hasText: 'Waiting' }).waitFor();
  });

  it('stay open while other agents end and the window is reloaded, and are asked once', async () => {
    const before = editor.api.requests.length;
    await plan('Ask me', 'Gated notes');
    await chat
      .getByRole('article', { name: 'Run: Gated notes' })
      .getByText('3 of 3 agents')
      .waitFor();
    await statusBarItem(page, 'Muster 3/3 · waiting for you').waitFor();
    await workbench.reload();
    chat = await findWebview(page, 'Chat');
    await question(read.command).waitFor();
    const gate = chat.getByRole('article', { name: 'Question: Ship note 4?' });
    await gate.getByRole('region', { name: 'Details' }).getByText('everybody').waitFor();
    await statusBarItem(page, 'Muster 3/3 · waiting for you').waitFor();
    await runCommand(page, 'Muster: Answer Run’s Question…');
    await gate.and(chat.locator(':focus')).waitFor();
    await press('Tab', 'Tab');
    await page.keyboard.type('Mind the gap.');
    await press('Tab', 'Enter');
    const report = chat.getByRole('article', { name: 'Report: Gated notes' });
    await report.getByText('4 pending').waitFor();
    await chat.getByRole('article', { name: 'Answered question: Ship note 4?' }).waitFor();
    const asked = editor.api.requests.length - before;
    assert.equal(asked, 1 + 2 * 4, 'the plan, and each agent once');
    assert.deepEqual(
      (await journalOf('Gated notes')).filter(({ type }) => type.startsWith('gate.')).map(said),
      ['gate.opened Ship note 4?', 'gate.answered true user Mind the gap.'],
    );
  });

  it('take an answer for one command or for all equal ones of the run', async () => {
    await question(read.command).getByRole('button', { name: 'Allow once' }).press('Enter');
    await chat.getByRole('article', { name: answered(read.command) }).waitFor();
    const again = question(read.command).getByRole('button', { name: 'Allow in this run' });
    await again.click();
    const third = question(refused.command);
    await third.getByText('In the root of the agent’s copy').waitFor();
    const opened = (await journalOf('Checked page')).filter(({ type }) => type === 'command.asked');
    assert.equal(opened.length, 3, 'the listed one and the third equal one are not asked about');
    await third.getByRole('button', { name: 'Refuse' }).click();
    await chat.getByRole('article', { name: 'Report: Checked page' }).waitFor();
    await screenshot(page, 'questions-over');
    const last = editor.api.requests.findLast(({ body }) => body?.messages.length === 11)?.body;
    assert.ok(last !== undefined, 'the agent went on to its last turn');
    const results = commandResults(last);
    const outputs = [/on the list/u, ...Array<RegExp>(3).fill(/^Exit code 0[^]*The page/u)];
    const expected = [...outputs, /^The user refused this command/u];
    assert.equal(results.length, expected.length);
    for (const [index, pattern] of expected.entries()) assert.match(results[index] ?? '', pattern);
  });

  /** Sends a request and approves the plan that comes of it. */
  async function plan(request: string, name: string): Promise<void> {
    await sendRequest(chat, request);
    const card = chat.getByRole('article', { name: `Plan: ${name}` });
    const run = card.getByRole('button', { name: 'Run', exact: true });
    await run.waitFor();
    const consent = card.getByRole('checkbox', { name: /without a sandbox/u });
    if ((await consent.count()) > 0) await consent.check();
    await run.click();
  }

  async function press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await page.keyboard.press(key);
  }

  function question(command: string): Locator {
    return chat.getByRole('article', { name: `Question: May “${label}” run ${command}?` });
  }

  function answered(command: string): string {
    return `Answered question: May “${label}” run ${command}?`;
  }

  async function journalOf(name: string) {
    const files = globSync('state/muster/*/runs/*/journal.jsonl', { cwd: editor.server.dataDir });
    const folders = files.map((file) => path.dirname(path.join(editor.server.dataDir, file)));
    const journals = await Promise.all(folders.map((folder) => readJournal(folder)));
    const events = journals.map((journal) => journal.events);
    const isNamed = ([first]: (typeof events)[number]): boolean =>
      first?.type === 'run.started' && first.meta.name === name;
    return events.find(isNamed) ?? [];
  }
});

type JournaledEvent = Awaited<ReturnType<typeof readJournal>>['events'][number];

function said(event: JournaledEvent): string {
  if (event.type === 'gate.opened') return `${event.type} ${event.question}`;
  if (event.type !== 'gate.answered') return event.type;
  return `${event.type} ${event.approved} ${event.by} ${event.note}`;
}
