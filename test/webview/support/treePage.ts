import type { RunView } from '../../../src/protocol/view/runView.ts';
import type { WebviewPage } from './webviewPage.ts';

/** Every row in the page: its level, its place among its siblings and what it says. */
export async function places(tree: WebviewPage): Promise<readonly string[]> {
  const rows: unknown = await tree.page.evaluate(`
    [...document.querySelectorAll('[role=treeitem]')].map((row) => {
      const [level, size, place] = ['level', 'setsize', 'posinset'].map((name) =>
        row.getAttribute('aria-' + name),
      );
      return level + ' ' + place + '/' + size + ' ' + row.innerText.split(/\\s*\\n\\s*/).join(', ');
    })`);
  return Array.isArray(rows) ? rows.map(String) : [];
}

/** What one row says. */
export async function labelOf(tree: WebviewPage, name: RegExp): Promise<string> {
  return (await tree.page.getByRole('treeitem', { name }).innerText()).split('\n').join(', ');
}

/** Goes into the tree as Tab does. */
export async function focusTree(tree: WebviewPage): Promise<void> {
  await tree.page.locator('[role=treeitem][tabindex="0"]').focus();
}

/** The action of a posted message. */
export function actionOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'action' in message
    ? message.action
    : undefined;
}

/** The message that shows a whole run. */
export function treeSnapshot(view: RunView | null, sequence = 0): object {
  return { type: 'snapshot', sequence, view };
}
