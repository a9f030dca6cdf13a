/**
 * Takes the pictures of README.md in a real VS Code: the main job on the sample project with the
 * offline provider, once in a dark and once in a light theme (or in the theme that is named).
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import type { FrameLocator, Page } from 'playwright-core';
import { openChat, openRunTree, sendRequest } from '../../support/vscode/musterWindow.ts';
import { repositoryDir } from '../../support/vscode/paths.ts';
import { runCommand, statusBarItem } from '../../support/vscode/workbenchParts.ts';
import { ProposedChanges } from './editorParts.ts';
import { openOfflineEditor } from './offlineEditor.ts';

const viewport = { width: 1440, height: 900 };
const chatWidth = 400;
const runDeadlineMs = 120_000;
const request = 'Modernise this project to ES6 and keep its tests passing';
const looks = [
  { suffix: 'dark', theme: 'Default Dark Modern' },
  { suffix: 'light', theme: 'Default Light Modern' },
];

/** What one picture is taken of. */
interface Stage {
  readonly page: Page;
  readonly chat: FrameLocator;
  readonly changes: ProposedChanges;
  readonly shoot: (name: string) => Promise<void>;
}

async function main(): Promise<void> {
  const [theme, suffix] = process.argv.slice(2);
  const chosen = theme === undefined ? looks : [{ theme, suffix: suffix ?? 'other' }];
  for (const look of chosen) await takeAll(look);
}

async function takeAll({ theme, suffix }: (typeof looks)[number]): Promise<void> {
  const pictureDir = path.join(repositoryDir, 'media/screenshots');
  await mkdir(pictureDir, { recursive: true });
  const editor = await openOfflineEditor({
    viewport,
    theme,
    notifications: 'centerOnly',
    // Slow enough to be looked at while it runs.
    userSettings: { 'muster.limits.concurrency': 2, 'workbench.editor.empty.hint': 'hidden' },
  });
  try {
    const { page } = editor.workbench;
    page.setDefaultTimeout(runDeadlineMs);
    const chat = await openChat(page);
    await widenChat(page);
    const shoot = async (name: string): Promise<void> => {
      const file = path.join(pictureDir, `${name}-${suffix}.webp`);
      await writeFile(file, await toWebp(page, await page.screenshot()));
      process.stdout.write(`${file}\n`);
    };
    const stage = { page, chat, changes: new ProposedChanges(page), shoot };
    await showPlan(stage);
    await showRun(stage);
    await showReport(stage);
    await showReview(stage);
  } finally {
    await editor.dispose();
  }
}

async function showPlan({ page, chat, shoot }: Stage): Promise<void> {
  await page.getByRole('treeitem').filter({ hasText: 'lib' }).click();
  await page.getByRole('treeitem').filter({ hasText: 'inventory' }).click();
  await page.getByRole('treeitem').filter({ hasText: 'stock.js' }).click();
  await page.locator('.editor-instance .mtk5, .editor-instance .mtk6').first().waitFor();
  await sendRequest(chat, request);
  await chat.getByRole('button', { name: 'Run', exact: true }).waitFor();
  await shoot('plan');
}

async function showRun({ page, chat, shoot }: Stage): Promise<void> {
  await openRunTree(page);
  await chat.getByRole('button', { name: 'Run', exact: true }).click();
  await statusBarItem(page, /Muster (?:8|9|1\d)\/20/u).waitFor({ timeout: runDeadlineMs });
  await shoot('run-tree');
  await statusBarItem(page, /Muster \d+\/20/u).click();
  await page.locator('.quick-input-list .monaco-list-row').first().waitFor();
  await shoot('status-bar');
  await page.keyboard.press('Escape');
}

async function showReport({ page, chat, changes, shoot }: Stage): Promise<void> {
  await chat.getByRole('article', { name: /^Report/u }).waitFor({ timeout: runDeadlineMs });
  await runCommand(page, 'Muster: Review Changes');
  await changes.row('stock.js').waitFor();
  await runCommand(page, 'Notifications: Clear All Notifications');
  await shoot('panel');
}

async function showReview({ page, changes, shoot }: Stage): Promise<void> {
  await page.keyboard.press('Control+Alt+KeyB');
  await page.locator('.part.auxiliarybar').waitFor({ state: 'hidden' });
  const runTreeHeader = page.getByRole('button', { name: 'Run Tree Section' });
  await runTreeHeader.click();
  await changes.expand('stock.js');
  await changes
    .row(/Number\.isInteger|reduce|=>/u)
    .nth(1)
    .click();
  await page.getByRole('tab', { name: 'stock.js (proposed)' }).waitFor();
  await page.locator('.monaco-diff-editor .editor.modified .line-insert').first().waitFor();
  // JavaScript's own service may complain of its surroundings; that is no part of the picture.
  await runCommand(page, 'Notifications: Clear All Notifications');
  await changes.row('stock.js').hover();
  await shoot('review');
}

/** The same pixels in a third of the bytes; the browser writes WebP without loss at quality 1. */
async function toWebp(page: Page, png: Buffer): Promise<Buffer> {
  const blank = await page.context().newPage();
  try {
    const base64 = await blank.evaluate<string>(`(${encodeWebp})('${png.toString('base64')}')`);
    return Buffer.from(base64, 'base64');
  } finally {
    await blank.close();
  }
}

// Runs in a page, whose types these tests do not have.
const encodeWebp = `async (png) => {
  const response = await fetch('data:image/png;base64,' + png);
  const bitmap = await createImageBitmap(await response.blob());
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext('2d').drawImage(bitmap, 0, 0);
  const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 1 });
  return new Uint8Array(await blob.arrayBuffer()).toBase64();
}`;

/** Drags the edge of the secondary side bar, which is narrow at first. */
async function widenChat(page: Page): Promise<void> {
  const box = await page.locator('.part.auxiliarybar').boundingBox();
  if (box === null) return;
  await page.mouse.move(box.x - 1, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(viewport.width - chatWidth, box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? '') : String(error)}\n`);
  process.exitCode = 1;
});
