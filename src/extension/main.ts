/**
 * The composition root of the extension: it alone makes the real things and joins them. Activation
 * only registers; the background host is started when something first asks it a question.
 */
import path from 'node:path';
import * as vscode from 'vscode';
import { Disposables } from '../base/disposables.ts';
import type { ChatView } from './chat/chatView.ts';
import { registerCommands } from './commands/registerCommands.ts';
import { composeChat } from './composeChat.ts';
import type { ExtensionBase } from './extensionBase.ts';
import { connectHostLife } from './hostLife.ts';
import { HostProcess } from './hostProcess/hostProcess.ts';
import { RunNotifications } from './notifications/runNotifications.ts';
import { openHost } from './openHost.ts';
import { createReview } from './review/review.ts';
import { ContextKeys } from './runs/contextKeys.ts';
import { RunActions } from './runs/runActions.ts';
import { RunDocuments } from './runs/runDocuments.ts';
import { RunFeeds } from './runs/runFeeds.ts';
import { RunRegistry } from './runs/runRegistry.ts';
import { SeenRuns } from './runs/seenRuns.ts';
import { RunTreeViews } from './runTree/runTreeViews.ts';
import { ProviderSettings } from './settings/providerSettings.ts';
import { useTranslation } from './shared/localize.ts';
import { Tasks } from './shared/tasks.ts';
import { StatusBarItem } from './statusBar/statusBarItem.ts';

const disposables = { current: new Disposables() };

/** Called by the editor at the first view, command, document of ours, or after its start. */
export function activate(context: vscode.ExtensionContext): void {
  useTranslation((message, ...args) => vscode.l10n.t(message, ...args));
  const all = new Disposables();
  disposables.current = all;
  const log = all.register(vscode.window.createOutputChannel('Muster', { log: true }));
  const tasks = new Tasks(log);
  const settings = all.register(new ProviderSettings(context.secrets));
  const hostLogFile = path.join(context.logUri.fsPath, 'host.log');
  const host = all.register(
    new HostProcess({
      open: () => openHost({ context, settings, hostLogFile, log }),
      providerConfig: async () => (await settings.resolve()).config,
      log,
      nowMs: () => Date.now(),
    }),
  );
  const registry = all.register(new RunRegistry(host));
  compose({ all, context, host, hostLogFile, registry, settings, tasks });
}

/** Closes all that was opened; the background host goes on. */
export async function deactivate(): Promise<void> {
  await disposables.current.dispose();
}

function compose(base: ExtensionBase): void {
  const { all, context, host, registry, settings, tasks } = base;
  const { extensionUri, workspaceState } = context;
  const seen = all.register(new SeenRuns(workspaceState));
  const documents = all.register(new RunDocuments(host));
  const feeds = all.register(new RunFeeds(host, tasks));
  const review = all.register(createReview({ host, registry, settings, tasks, onNeeded: wake }));
  const actions = new RunActions({
    host,
    registry,
    documents,
    seen,
    openTree: () => runTreeViews.openPanel(),
    review: (runId) => review.open(runId),
    allowedCommands: () => settings.current().allowedCommands,
  });
  const treeActions = {
    runAction: actions.perform.bind(actions),
    revealChanges: review.controller.revealAgent.bind(review.controller),
  };
  const tree = { extensionUri, registry, feeds, actions: treeActions, tasks };
  const runTreeViews = all.register(new RunTreeViews(tree, wake));
  const chat = composeChat(base, actions, wake);
  all.register(new StatusBarItem(registry, seen));
  all.register(new ContextKeys(registry, tasks));
  all.register(composeNotifications(base, actions, chat.chatView));
  const { model, tree: proposalTree, controller } = review;
  all.register(
    registerCommands({
      ...base,
      ...chat,
      runTreeViews,
      actions,
      model,
      tree: proposalTree,
      review: controller,
    }),
  );
  const life = all.register(connectHostLife({ ...base, ...chat, feeds, review, workspaceState }));
  life.resume();

  function wake(): void {
    tasks.track('Reading the runs', life.wake());
  }
}

function composeNotifications(
  { registry, settings, tasks }: ExtensionBase,
  actions: RunActions,
  chatView: ChatView,
): RunNotifications {
  return new RunNotifications({
    registry,
    actions,
    tasks,
    areShown: () => settings.current().showNotifications,
    isInSight: (runId) => chatView.shows(runId),
    neverAgain: () => settings.hideNotifications(),
  });
}
