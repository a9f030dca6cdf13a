import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { outDir } from './paths.ts';

/** Runs a command by its full title (`Muster: Cancel Run`) from the command palette. */
export async function runCommand(page: Page, title: string): Promise<void> {
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget input');
  await input.waitFor();
  await input.fill(`>${title}`);
  await page
    .locator('.quick-input-list .monaco-list-row')
    .filter({ has: page.getByText(title, { exact: true }) })
    .first()
    .click();
}

/** The content of a webview: by the title that its extension gave it, or by its place. */
export function webviewFrame(page: Page, titleOrIndex: string | number = 0): FrameLocator {
  const frames =
    typeof titleOrIndex === 'number'
      ? page.locator('iframe.webview').nth(titleOrIndex)
      : page.locator(`iframe.webview[title*="${titleOrIndex}"]`);
  return frames.contentFrame().locator('#active-frame').contentFrame();
}

/** A status bar entry whose text or accessible name matches. */
export function statusBarItem(page: Page, namePattern: RegExp): Locator {
  return page.locator('.statusbar-item').filter({ hasText: namePattern });
}

/** A row of any tree or list of the workbench. */
export function treeRow(page: Page, text: string | RegExp): Locator {
  return page.getByRole('treeitem').filter({ hasText: text });
}

/** Opens a collapsed view section in a side bar by its title; does nothing when it is open. */
export async function expandSection(page: Page, title: string): Promise<void> {
  const header = page.getByRole('button', { name: `${title} Section` });
  await header.waitFor();
  if ((await header.getAttribute('aria-expanded')) === 'false') await header.click();
}

/** Answers the next input box of the workbench. */
export async function answerInputBox(page: Page, text: string): Promise<void> {
  const input = page.locator('.quick-input-widget input');
  await input.waitFor();
  await input.fill(text);
  await input.press('Enter');
}

/** A notification with this text (a toast, or a row of the opened notification center); its buttons are found by role inside it. */
export function notification(page: Page, text: string | RegExp): Locator {
  return page.locator('.notification-list-item').filter({ hasText: text });
}

/** Writes a picture of the page to out/screenshots and returns its path. */
export async function screenshot(page: Page, name: string): Promise<string> {
  const file = path.join(outDir, 'screenshots', `${name}.png`);
  await mkdir(path.dirname(file), { recursive: true });
  await page.screenshot({ path: file });
  return file;
}
