import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposables.ts';
import { t } from '../shared/localize.ts';
import type { RunRegistry } from '../runs/runRegistry.ts';
import type { SeenRuns } from '../runs/seenRuns.ts';
import { statusText, type StatusText } from './statusText.ts';

/** The one status bar item. */
export class StatusBarItem implements Disposable {
  readonly #item: vscode.StatusBarItem;
  readonly #registry: RunRegistry;
  readonly #seen: SeenRuns;
  readonly #subscriptions: readonly Disposable[];

  constructor(registry: RunRegistry, seen: SeenRuns) {
    this.#registry = registry;
    this.#seen = seen;
    this.#item = vscode.window.createStatusBarItem(
      'muster.run',
      vscode.StatusBarAlignment.Left,
      50,
    );
    this.#item.name = 'Muster';
    this.#item.command = 'muster.showRunMenu';
    this.#subscriptions = [
      registry.onDidChange(() => this.#draw()),
      registry.onDidChangeShown(() => this.#draw()),
      seen.onDidChange(() => this.#draw()),
    ];
    this.#draw();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#item.dispose();
  }

  #draw(): void {
    const run = this.#registry.shown;
    const status = statusText({
      run,
      isSeen: run !== null && this.#seen.has(run.runId),
      pendingChanges: run?.proposals.pending ?? 0,
    });
    if (status === null) {
      this.#item.hide();
      return;
    }
    this.#item.text = status.text;
    this.#item.tooltip = status.tooltip;
    this.#item.backgroundColor = background(status.emphasis);
    this.#item.accessibilityInformation = {
      label: t('{0}. Activate for actions.', status.tooltip.replaceAll('\n', ', ')),
    };
    this.#item.show();
  }
}

function background(emphasis: StatusText['emphasis']): vscode.ThemeColor | undefined {
  if (emphasis === 'none') return undefined;
  return new vscode.ThemeColor(`statusBarItem.${emphasis}Background`);
}
