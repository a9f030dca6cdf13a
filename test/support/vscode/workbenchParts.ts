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

/** The content of a webview by its place among all that are open. */
export function webviewFrame(page: Page, index = 0): FrameLocator {
  return contentOf(page.locator('iframe.webview').nth(index));
}

/** Waits until a webview whose page has this title is in sight, and gives its content. */
export async function findWebview(page: Page, title: string): Promise<FrameLocator> {
  // The outer frame says nothing of its page, and a locator cannot look through a frame: so it is
  // marked from within. All frames have the server's own origin here.
  const mark = await page.waitForFunction(`(${markWebview})(${JSON.stringify(title)})`);
  const selector = `iframe.webview[data-test-mark="${String(await mark.jsonValue())}"]`;
  return contentOf(page.locator(selector));
}

function contentOf(outer: Locator): FrameLocator {
  return outer.contentFrame().locator('#active-frame').contentFrame();
}

// Runs in the page, whose types these tests do not have. A webview out of sight is kept, invisible.
const markWebview = `(title) => {
  for (const outer of document.querySelectorAll('iframe.webview')) {
    const inner = outer.contentDocument?.querySelector('#active-frame');
    const isInSight = outer.checkVisibility({ visibilityProperty: true });
    if (inner?.contentDocument?.title !== title || !isInSight) continue;
    outer.dataset.testMark ??= String(performance.now());
    return outer.dataset.testMark;
  }
  return null;
}`;

/** A status bar entry whose text or accessible name matches. */
export function statusBarItem(page: Page, namePattern: string | RegExp): Locator {
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

/** A row of the open quick pick. */
export function quickPickItem(page: Page, text: string | RegExp): Locator {
  return page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text });
}

/** Waits for the input box with this title and answers it; the palette before it is another one. */
export async function answerInputBox(
  page: Page,
  { title, answer }: { readonly title: string; readonly answer: string },
): Promise<void> {
  const heading = page.locator('.quick-input-title').filter({ hasText: title });
  const box = page.locator('.quick-input-widget').filter({ has: heading });
  const input = box.locator('input.input');
  await input.fill(answer);
  await input.press('Enter');
  // The extension validates the answer first; whatever opens before that dismisses the box.
  await heading.waitFor({ state: 'hidden' });
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
