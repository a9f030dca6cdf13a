import type { Page } from 'playwright-core';
import type { TestBrowser } from './browser.ts';
import type { VscodeServer, WindowOptions } from './server.ts';
import { runCommand } from './workbenchParts.ts';

// Deadlines end what hangs. They are no measure of speed: a machine may do other things as well.
const restoreDeadlineMs = 120_000;
const actionDeadlineMs = 60_000;
const keptLogLines = 200;

/** Which window to open, where. */
export interface WorkbenchOptions extends WindowOptions {
  readonly server: VscodeServer;
  readonly browser: TestBrowser;
  /** The identifier of a colour theme, e.g. `Default High Contrast`. */
  readonly theme?: string | undefined;
  /** Called with all that the window and its extension host print. */
  readonly onLog?: ((line: string) => void) | undefined;
}

/** An open window of VS Code. */
export interface Workbench {
  readonly page: Page;
  /** Settles when the tests that the window runs are over, with their exit code. */
  readonly testsEnded: Promise<number>;
  /** The last lines that the window printed, for error messages. */
  log(): string;
  /** Reloads the window and waits until it is restored. */
  reload(): Promise<void>;
  dispose(): Promise<void>;
}

/** Opens a window and waits until the workbench is restored. */
export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const { server, browser } = options;
  if (options.theme !== undefined) {
    await server.changeUserSettings({ 'workbench.colorTheme': options.theme });
  }
  const context = await browser.newContext();
  const lines: string[] = [];
  const record = (line: string) => {
    lines.push(line);
    if (lines.length > keptLogLines) lines.shift();
    options.onLog?.(line);
  };
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(actionDeadlineMs);
    page.on('console', (message) => record(message.text()));
    page.on('pageerror', (error) => record(String(error)));
    const testsEnded = Promise.withResolvers<number>();
    await page.exposeFunction('codeAutomationLog', (type: string, parts: unknown[]) =>
      record(`${type}: ${parts.map(String).join(' ')}`),
    );
    await page.exposeFunction('codeAutomationExit', testsEnded.resolve);
    await page.goto(server.url(options), { timeout: restoreDeadlineMs });
    await waitUntilRestored(page, () => `${lines.join('\n')}\n${server.output()}`);
    const workbench: Workbench = {
      page,
      testsEnded: testsEnded.promise,
      log: () => lines.join('\n'),
      reload: async () => {
        // The window's own command saves open tabs first, as the browser's does not.
        const loaded = page.waitForEvent('load', { timeout: restoreDeadlineMs });
        await runCommand(page, 'Developer: Reload Window');
        await loaded;
        await waitUntilRestored(page, () => lines.join('\n'));
      },
      dispose: () => context.close(),
    };
    return workbench;
  } catch (error) {
    await context.close();
    throw error;
  }
}

async function waitUntilRestored(page: Page, evidence: () => string): Promise<void> {
  try {
    await page
      .locator('.monaco-workbench .statusbar-item')
      .first()
      .waitFor({ timeout: restoreDeadlineMs });
  } catch (cause) {
    throw new Error(`The workbench was not restored. What was printed:\n${evidence()}`, { cause });
  }
}
