import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposables.ts';
import type { RunSummary } from '../../protocol/view/summarizeRun.ts';
import { t } from '../shared/localize.ts';
import type { RunChange, RunRegistry } from '../runs/runRegistry.ts';
import type { Tasks } from '../shared/tasks.ts';
import { notificationFor, type RunNotification } from './notificationFor.ts';
import type { RunActionName, RunActions } from '../runs/runActions.ts';

/** What the notifications need. */
export interface RunNotificationsContext {
  readonly registry: RunRegistry;
  readonly actions: RunActions;
  readonly tasks: Tasks;
  readonly areShown: () => boolean;
  /** The user sees the run's card, which says and asks the same and has room for it. */
  readonly isInSight: (runId: string) => boolean;
  readonly neverAgain: () => Promise<void>;
}

/** Tells once when a run ends or needs the user. */
export class RunNotifications implements Disposable {
  readonly #context: RunNotificationsContext;
  readonly #subscription: Disposable;
  /** Runs whose call for the user still stands in the window: a second one would say no more. */
  readonly #calling = new Set<string>();

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
    const { run } = change;
    // A message over the card would cover its buttons; what failed is said twice rather than missed.
    if (notification.severity !== 'error' && this.#context.isInSight(run.runId)) return;
    if (!notification.needsUser) {
      this.#context.tasks.track('Notification', this.#show(run, notification));
    } else if (!this.#calling.has(run.runId)) {
      this.#calling.add(run.runId);
      const shown = this.#show(run, notification).finally(() => this.#calling.delete(run.runId));
      this.#context.tasks.track('Notification', shown);
    }
  }

  async #show(run: RunSummary, notification: RunNotification): Promise<void> {
    const never = t('Don’t Show Again');
    const labels = notification.actions.map(actionLabel);
    const show = messageFunction(notification.severity);
    const choice = await show(notification.message, ...labels, never);
    if (choice === undefined) return;
    // Whoever has chosen something may be called again by what comes of it.
    this.#calling.delete(run.runId);
    if (choice === never) return this.#context.neverAgain();
    const action = notification.actions[labels.indexOf(choice)];
    if (action !== undefined) await this.#context.actions.perform(run.runId, action);
  }
}

function actionLabel(action: RunActionName): string {
  switch (action) {
    case 'answer':
      return t('Answer…');
    case 'raise':
      return t('Raise limits…');
    case 'stop':
      return t('Stop and keep results');
    case 'resume':
      return t('Continue');
    case 'pause':
      return t('Pause');
    case 'throttle':
      return t('Throttle…');
    case 'cancel':
      return t('Cancel run…');
    case 'review':
      return t('Review changes');
    case 'verifyAccepted':
      return t('Verify accepted files');
    case 'openReport':
      return t('Open report');
    case 'openTree':
      return t('Open run tree');
    case 'openScript':
      return t('Open script');
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
