import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext } from 'playwright-core';
import * as z from 'zod';
import { repositoryDir } from './paths.ts';

const launchDeadlineMs = 60_000;
const defaultViewport = { width: 1280, height: 800 };

const quietFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What the bootstrap writes down about the browser that it found. */
const BrowserChoice = z.object({
  executablePath: z.string(),
  env: z.record(z.string(), z.string()),
});

/** How pages of a browser look. */
export interface BrowserOptions {
  readonly viewport?: { readonly width: number; readonly height: number } | undefined;
  readonly colorScheme?: 'dark' | 'light' | undefined;
  readonly reducedMotion?: 'reduce' | 'no-preference' | undefined;
  readonly forcedColors?: 'active' | 'none' | undefined;
}

/** A browser whose pages all share one look. */
export interface TestBrowser {
  readonly browser: Browser;
  /** A fresh profile with the look that was asked for. */
  newContext(): Promise<BrowserContext>;
  dispose(): Promise<void>;
}

/** Starts the Chromium that the bootstrap found, without a window. */
export async function launchBrowser(options: BrowserOptions = {}): Promise<TestBrowser> {
  const choice = readBrowserChoice();
  const browser = await chromium.launch({
    executablePath: choice.executablePath,
    args: quietFlags,
    headless: true,
    timeout: launchDeadlineMs,
    env: { ...definedEnvironment(), ...choice.env },
  });
  return {
    browser,
    newContext: () =>
      browser.newContext({
        viewport: options.viewport ?? defaultViewport,
        colorScheme: options.colorScheme ?? 'dark',
        reducedMotion: options.reducedMotion ?? 'reduce',
        forcedColors: options.forcedColors ?? 'none',
      }),
    dispose: () => browser.close(),
  };
}

function readBrowserChoice(): z.infer<typeof BrowserChoice> {
  const file = path.join(repositoryDir, '.vscode-test/browser.json');
  if (!existsSync(file)) {
    throw new Error(
      `Cannot start a browser: ${file} is missing. Run "node scripts/bootstrap.mjs test" first.`,
    );
  }
  return BrowserChoice.parse(JSON.parse(readFileSync(file, 'utf8')));
}

function definedEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(entries);
}
