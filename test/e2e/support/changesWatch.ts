import type { FrameLocator } from 'playwright-core';

/** Collects what a page shows for however short a time. */
export interface ChangesWatch {
  /** Every text that the selector's elements have had since the watch began. */
  seen(): Promise<readonly string[]>;
}

/** Begins to record the accessible name or else the text of all elements that match a CSS selector. */
export async function watchTexts(frame: FrameLocator, selector: string): Promise<ChangesWatch> {
  const body = frame.locator('body');
  const key = `watched ${selector}`;
  await body.evaluate(`(${startWatch})(${JSON.stringify(key)}, ${JSON.stringify(selector)})`);
  return {
    seen: async () => {
      const texts: unknown = await body.evaluate(`[...window[${JSON.stringify(key)}]]`);
      return Array.isArray(texts) ? texts.map(String) : [];
    },
  };
}

// Runs in the page, whose types these tests do not have.
const startWatch = `(key, selector) => {
  const texts = new Set();
  window[key] = texts;
  const look = () => {
    for (const element of document.querySelectorAll(selector)) {
      texts.add(element.getAttribute('aria-label') ?? element.innerText);
    }
  };
  look();
  new MutationObserver(look).observe(document.body, {
    attributes: true, characterData: true, childList: true, subtree: true,
  });
}`;
