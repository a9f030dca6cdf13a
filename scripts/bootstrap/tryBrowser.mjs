// Starts a browser and renders one page. Usage: node tryBrowser.mjs <executable>
import process from 'node:process';
import { chromium } from 'playwright-core';

const browser = await chromium.launch({
  executablePath: process.argv[2],
  args: ['--no-sandbox', '--disable-gpu'],
  timeout: 30_000,
});
const page = await browser.newPage();
await page.setContent('<h1>Hello</h1>');
const text = await page.textContent('h1');
await browser.close();
process.exitCode = text === 'Hello' ? 0 : 1;
