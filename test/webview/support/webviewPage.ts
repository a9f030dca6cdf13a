import type { Page, Route } from 'playwright-core';
import * as z from 'zod';
import { launchBrowser, type TestBrowser } from '../../support/vscode/browser.ts';
import { buildPages, type BuiltPage, type PageName } from './buildPages.ts';
import { themes, themeStyle, type ThemeName } from './themes.ts';

const origin = 'http://webview.test';
const deadlineMs = 30_000;

/** Stands in for what VS Code gives to a webview, and keeps what the page posts. */
const fakeEditor = `
  let state = JSON.parse(sessionStorage.getItem('state') ?? 'null');
  window.posted = [];
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => window.posted.push(structuredClone(message)),
    getState: () => state,
    setState: (next) => { state = next; sessionStorage.setItem('state', JSON.stringify(next)); },
  });
`;

export interface OpenPageOptions {
  readonly name: PageName;
  readonly theme?: ThemeName | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly forcedColors?: 'active' | 'none' | undefined;
  /** The time that stands still in the page; the real one goes on if there is none. */
  readonly nowMs?: number | undefined;
}

/** A page of the extension in a browser, with the test in the place of the extension. */
export class WebviewPage {
  readonly page: Page;
  /** Messages of the page's policy and of uncaught errors; empty in a healthy page. */
  readonly complaints: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
  }

  /** Sends messages as the extension would, and waits until they have been drawn. */
  async send(...messages: readonly object[]): Promise<void> {
    await this.page.evaluate(
      `(async () => {
        for (const message of ${JSON.stringify(messages)}) window.postMessage(message, '*');
        await new Promise((resolve) => setTimeout(resolve));
        for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
      })()`,
    );
  }

  /** All that the page has posted so far, without the first `ready`. */
  async posted(): Promise<readonly unknown[]> {
    return z.array(z.unknown()).parse(await this.page.evaluate('window.posted.slice(1)'));
  }

  /** The label of what has the focus, for tests of the keyboard. */
  async focusedLabel(): Promise<unknown> {
    return this.page.evaluate(
      `document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText`,
    );
  }

  /** Waits until all frames asked for so far have been drawn. */
  async settle(): Promise<void> {
    await this.send();
  }
}

/** Opens pages in one browser; to be disposed of after the suite. */
export class WebviewBrowser {
  readonly #browsers = new Map<string, TestBrowser>();

  async open(options: OpenPageOptions): Promise<WebviewPage> {
    const built = (await buildPages())[options.name];
    const browser = await this.#browserFor(options.forcedColors ?? 'none');
    const context = await browser.newContext();
    context.setDefaultTimeout(deadlineMs);
    await context.route(`${origin}/**`, (route) => serve(route, options, built));
    const page = await context.newPage();
    await page.setViewportSize({ width: options.width ?? 420, height: options.height ?? 800 });
    await page.addInitScript(fakeEditor);
    if (options.nowMs !== undefined) await page.clock.setFixedTime(options.nowMs);
    const webview = new WebviewPage(page);
    await page.goto(`${origin}/`);
    await page.waitForFunction('window.posted.length > 0');
    return webview;
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#browsers.values()].map((browser) => browser.dispose()));
  }

  async #browserFor(forcedColors: 'active' | 'none'): Promise<TestBrowser> {
    const present = this.#browsers.get(forcedColors);
    if (present !== undefined) return present;
    const browser = await launchBrowser({ forcedColors });
    this.#browsers.set(forcedColors, browser);
    return browser;
  }
}

async function serve(route: Route, options: OpenPageOptions, built: BuiltPage): Promise<void> {
  const file = new URL(route.request().url()).pathname.slice(1);
  if (file === '') await route.fulfill({ contentType: 'text/html', body: renderShell(options) });
  else if (file === `${options.name}.js`) {
    await route.fulfill({ contentType: 'text/javascript', body: Buffer.from(built.script) });
  } else if (file === `${options.name}.css`) {
    await route.fulfill({ contentType: 'text/css', body: Buffer.from(built.style) });
  } else await route.fulfill({ status: 404 });
}

/** The shell has the policy that the extension's own shell has. */
function renderShell({ name, theme = 'dark' }: OpenPageOptions): string {
  const policy = [
    `default-src 'none'`,
    `script-src ${origin}`,
    `style-src ${origin} 'unsafe-inline'`,
    `font-src ${origin} data:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en" style="${themeStyle(theme)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="${name}.css">
<title>Muster</title>
</head>
<body class="${themes[theme].bodyClass}">
<div id="root"></div>
<script src="${name}.js"></script>
</body>
</html>`;
}
