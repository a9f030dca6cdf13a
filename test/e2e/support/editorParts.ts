import type { Locator, Page } from 'playwright-core';

/** The rows of "Proposed Changes". */
export class ProposedChanges {
  readonly tree: Locator;
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
    this.tree = page.getByRole('tree', { name: 'Proposed Changes' });
  }

  /** A row by what it shows. */
  row(text: string | RegExp): Locator {
    return this.tree.getByRole('treeitem').filter({ hasText: text });
  }

  /** The row that the arrow keys are on, when it shows this. */
  focusedRow(text: string | RegExp): Locator {
    return this.tree.locator('[role=treeitem].focused').filter({ hasText: text });
  }

  /** Presses an arrow key until the keyboard is on this row; each press is waited for. */
  async arrowTo(text: string | RegExp, key: 'ArrowUp' | 'ArrowDown'): Promise<void> {
    while ((await this.focusedRow(text).count()) === 0) {
      const place = await this.tree.getAttribute('aria-activedescendant');
      await this.tree.press(key);
      const moved = this.tree.and(
        this.#page.locator(
          `[aria-activedescendant]:not([aria-activedescendant="${String(place)}"])`,
        ),
      );
      await moved.waitFor();
    }
  }

  /** Opens a row's children by the keyboard, which needs no aim at a small arrow. */
  async expand(text: string | RegExp): Promise<void> {
    await this.row(text).click();
    await this.tree.press('ArrowRight');
    await this.tree
      .locator('[role=treeitem][aria-expanded=true]')
      .filter({ hasText: text })
      .waitFor();
  }

  /** Clicks ✓ or ✗ at the end of a row. */
  async decide(text: string | RegExp, decision: 'Accept' | 'Reject'): Promise<void> {
    const row = this.row(text);
    await row.hover();
    await row.getByRole('button', { name: decision }).click();
  }
}

/** The titles of all editor tabs, from the left. */
export async function tabTitles(page: Page): Promise<readonly string[]> {
  return page.locator('.tabs-container .tab .label-name').allInnerTexts();
}

/** Whether the element that has the keyboard's focus is inside what the CSS selector names. */
export async function hasFocusInside(page: Page, selector: string): Promise<boolean> {
  const isInside = `document.activeElement?.closest(${JSON.stringify(selector)}) != null`;
  return (await page.evaluate(isInside)) === true;
}
