import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import { Disposables } from '../../base/disposables.ts';
import type { RunSummary } from '../../protocol/view/summarizeRun.ts';
import type { RunRegistry } from '../runs/runRegistry.ts';
import type { RunActions } from '../runs/runActions.ts';
import { runMenuItems, type RunMenuItem } from './runMenuItems.ts';

/** The quick pick behind the status bar item: what can be done with the run, kept up to date while it is open. */
export async function showRunMenu(
  run: RunSummary,
  registry: RunRegistry,
  actions: RunActions,
): Promise<void> {
  const choice = await pickAction(run, registry);
  if (choice !== null) await actions.perform(run.runId, choice.action);
}

function pickAction(run: RunSummary, registry: RunRegistry): Promise<RunMenuItem | null> {
  const open = new Disposables();
  const menu = open.register(vscode.window.createQuickPick<RunMenuItem>());
  menu.title = run.name;
  menu.keepScrollPosition = true;
  menu.items = runMenuItems(run);
  const following = registry.onDidChange((change) => {
    if (change.run.runId === run.runId) showItems(menu, runMenuItems(change.run));
  });
  open.register(following);
  return new Promise((resolve) => {
    open.register(
      menu.onDidAccept(() => {
        resolve(menu.selectedItems[0] ?? null);
        menu.hide();
      }),
    );
    // Also after a choice, which was told before.
    open.register(
      menu.onDidHide(() => {
        resolve(null);
        void open.dispose();
      }),
    );
    menu.show();
  });
}

/** Other items, with the same action under the user's cursor where it is still there. */
function showItems(menu: vscode.QuickPick<RunMenuItem>, items: readonly RunMenuItem[]): void {
  if (isDeepStrictEqual(menu.items, items)) return;
  const [active] = menu.activeItems;
  menu.items = items;
  const again = items.find(({ action }) => isDeepStrictEqual(action, active?.action));
  if (again !== undefined) menu.activeItems = [again];
}
