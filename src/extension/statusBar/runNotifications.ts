import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposables.ts';
import type { RunSummary } from '../../protocol/summarizeRun.ts';
import { t } from '../localize.ts';
import type { RunChange, RunRegistry } from '../runTree/runRegistry.ts';
import type { Tasks } from '../tasks.ts';
import { notificationFor, type RunNotification } from './notificationFor.ts';
import type { RunActions } from './runActions.ts';

/** What the notifications need. */
export interface RunNotificationsContext {
  readonly registry: RunRegistry;
  readonly actions: RunActions;
  readonly tasks: Tasks;
  readonly areShown: () => boolean;
  readonly neverAgain: () => Promise<void>;
}

/** Tells once when a run ends or needs the user. */
export class RunNotifications implements Disposable {
  readonly #context: RunNotificationsContext;
  readonly #subscription: Disposable;

  constructor(context: RunNotificationsContext) {
    this.#context = context;
    this.#subscription = context.registry.onDidChange((change) => this.#consider(change));
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #consider(change: RunChange): void {
    if (!this.#context.areShown()) return;
    const notification = notificationFor(change);
    if (notification === null) return;
    this.#context.tasks.track('Notification', this.#show(change.run, notification));
  }

  async #show(run: RunSummary, notification: RunNotification): Promise<void> {
    const review = t('Review changes');
    const report = t('Open report');
    const tree = t('Open run tree');
    const never = t('Don’t Show Again');
    const actions = [
      ...(run.proposals.pending > 0 ? [review] : []),
      ...(notification.isEnd ? [report] : [tree]),
      never,
    ];
    const choice = await messageFunction(notification.severity)(notification.message, ...actions);
    if (choice === review) await this.#context.actions.perform(run.runId, 'review');
    if (choice === report) await this.#context.actions.perform(run.runId, 'openReport');
    if (choice === tree) await this.#context.actions.perform(run.runId, 'openTree');
    if (choice === never) await this.#context.neverAgain();
  }
}

function messageFunction(
  severity: RunNotification['severity'],
): (message: string, ...actions: string[]) => Thenable<string | undefined> {
  switch (severity) {
    case 'info':
      return vscode.window.showInformationMessage;
    case 'warning':
      return vscode.window.showWarningMessage;
    case 'error':
      return vscode.window.showErrorMessage;
  }
}
