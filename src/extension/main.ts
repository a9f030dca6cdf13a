/**
 * The composition root of the extension: it alone makes the real things and joins them. Activation
 * only registers; the background host is started when something first asks it a question.
 */
import path from 'node:path';
import * as vscode from 'vscode';
import { Disposables } from '../base/disposables.ts';
import { errorText } from '../base/errorText.ts';
import { ChatController, type ChatEditor } from './chat/chatController.ts';
import { ChatView } from './chat/chatView.ts';
import { composerState } from './chat/composerState.ts';
import { Conversation } from './chat/conversation.ts';
import { PlanScripts } from './chat/planScripts.ts';
import { registerCommands } from './commands.ts';
import { ContextKeys } from './contextKeys.ts';
import { connectHostLife } from './hostLife.ts';
import { forkHost } from './hostProcess/forkHost.ts';
import { backgroundHost } from '../hostClient/backgroundHost.ts';
import { HostConnection } from '../hostClient/hostConnection.ts';
import { HostProcess } from './hostProcess/hostProcess.ts';
import { useTranslation } from './localize.ts';
import { workspaceFolder } from './review/apply/openDocuments.ts';
import { createReview } from './review/review.ts';
import { RunDocuments } from './runs/runDocuments.ts';
import { RunFeeds } from './runs/runFeeds.ts';
import { RunRegistry } from './runs/runRegistry.ts';
import { RunTreeViews } from './runTree/runTreeViews.ts';
import { askLimits } from './runs/askLimits.ts';
import { ProviderSettings } from './settings/providerSettings.ts';
import { RunActions } from './runs/runActions.ts';
import { RunNotifications } from './notifications/runNotifications.ts';
import { SeenRuns } from './runs/seenRuns.ts';
import { StatusBarItem } from './statusBar/statusBarItem.ts';
import { Tasks } from './tasks.ts';

const hostReadyTimeoutMs = 15_000;

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
  const base: Base = { all, context, host, hostLogFile, registry, settings, tasks };
  compose(base);
}

/** Closes all that was opened; the background host goes on. */
export async function deactivate(): Promise<void> {
  await disposables.current.dispose();
}

interface Base {
  readonly all: Disposables;
  readonly context: vscode.ExtensionContext;
  readonly host: HostProcess;
  readonly hostLogFile: string;
  readonly registry: RunRegistry;
  readonly settings: ProviderSettings;
  readonly tasks: Tasks;
}

function compose(base: Base): void {
  const { all, context, host, registry, settings, tasks } = base;
  const { extensionUri, workspaceState } = context;
  const seen = all.register(new SeenRuns(workspaceState));
  const documents = all.register(new RunDocuments(host));
  const feeds = all.register(new RunFeeds(host, tasks));
  const review = all.register(createReview({ host, registry, settings, tasks, onNeeded: wake }));
  const actions = new RunActions({
    ...{ host, registry, documents, seen },
    openTree: () => runTreeViews.openPanel(),
    review: (runId) => review.open(runId),
    allowedCommands: () => settings.current().allowedCommands,
  });
  const runTreeViews = all.register(
    new RunTreeViews(
      {
        ...{ extensionUri, registry, feeds, tasks },
        actions: {
          runAction: (runId, action) => actions.perform(runId, action),
          openTranscript: (runId, agentId) =>
            documents.open({ type: 'transcript', runId, agentId }),
          revealChanges: (runId, agentId) => review.controller.revealAgent(runId, agentId),
        },
      },
      wake,
    ),
  );
  const chat = composeChat(base, actions, wake);
  all.register(new StatusBarItem(registry, seen));
  all.register(new ContextKeys(registry, tasks));
  all.register(composeNotifications(base, actions, chat.chatView));
  all.register(
    registerCommands({
      ...{ ...base, ...chat, runTreeViews, actions },
      ...{ model: review.model, tree: review.tree, review: review.controller },
    }),
  );
  const life = all.register(
    connectHostLife({
      ...{ host, registry, feeds, settings, tasks, review },
      ...chat,
      workspaceState,
    }),
  );
  life.resume();

  function wake(): void {
    tasks.track('Reading the runs', life.wake());
  }
}

function composeChat(
  { all, context, host, registry, settings, tasks }: Base,
  actions: RunActions,
  onNeeded: () => void,
): {
  readonly conversation: Conversation;
  readonly controller: ChatController;
  readonly chatView: ChatView;
} {
  const { extensionUri, workspaceState } = context;
  const conversation = all.register(
    new Conversation(workspaceState, (error) =>
      tasks.track('Saving the conversation', Promise.reject(new Error(errorText(error)))),
    ),
  );
  const scripts = new PlanScripts(context.globalStorageUri.fsPath);
  const editor: ChatEditor = {
    composer: async (isBusy) =>
      composerState({
        hasFolder: workspaceFolder() !== null,
        isTrusted: vscode.workspace.isTrusted,
        isBusy,
        provider: await settings.resolve(),
        limits: settings.current().limits,
      }),
    limits: () => settings.current().limits,
    allowedCommands: () => settings.current().allowedCommands,
    setupCommand: () => settings.current().setupCommand,
    requiredCommands: () => settings.current().requiredCommands,
    openScript: (plan) => scripts.open(plan),
    editedScript: (planId) => scripts.edited(planId),
    askLimits,
    runAction: (runId, action) => actions.perform(runId, action),
    chooseProvider: () => settings.chooseProvider(),
    restartHost: () => host.restart(),
  };
  const nowMs = () => Date.now();
  const controller = all.register(
    new ChatController({ host, registry, conversation, editor, tasks, nowMs }),
  );
  const chatView = all.register(
    new ChatView({ extensionUri, conversation, controller, tasks, onNeeded }),
  );
  return { conversation, controller, chatView };
}

function composeNotifications(
  { registry, settings, tasks }: Base,
  actions: RunActions,
  chatView: ChatView,
): RunNotifications {
  return new RunNotifications({
    ...{ registry, actions, tasks },
    areShown: () => settings.current().showNotifications,
    isInSight: (runId) => chatView.shows(runId),
    neverAgain: () => settings.hideNotifications(),
  });
}

async function openHost(options: {
  readonly context: vscode.ExtensionContext;
  readonly settings: ProviderSettings;
  readonly hostLogFile: string;
  readonly log: vscode.LogOutputChannel;
}): Promise<HostConnection> {
  const workspaceDir = workspaceFolder();
  if (workspaceDir === null) throw new Error(vscode.l10n.t('Open a folder first.'));
  const endpoint = await forkHost({
    hostFile: options.context.asAbsolutePath(path.join('dist', 'host.cjs')),
    workspaceDir,
    stateDir: options.settings.current().stateDir,
    useSandbox: options.settings.current().useSandbox,
    logFile: options.hostLogFile,
    readyTimeoutMs: hostReadyTimeoutMs,
  });
  return HostConnection.open(endpoint, backgroundHost(options.log));
}
