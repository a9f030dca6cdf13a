import * as vscode from 'vscode';
import { errorText } from '../base/errorText.ts';
import { ChatController } from './chat/chatController.ts';
import type { ChatEditor } from './chat/chatEditor.ts';
import { ChatView } from './chat/chatView.ts';
import { composerState } from './chat/composerState.ts';
import { Conversation } from './chat/conversation.ts';
import { PlanScripts } from './chat/planScripts.ts';
import type { ExtensionBase } from './extensionBase.ts';
import { workspaceFolder } from './review/apply/openDocuments.ts';
import { askLimits } from './runs/askLimits.ts';
import type { RunActions } from './runs/runActions.ts';

/** The parts of the chat that others work with. */
export interface Chat {
  readonly conversation: Conversation;
  readonly controller: ChatController;
  readonly chatView: ChatView;
}

/** Builds the chat; `onNeeded` is called when its view comes into sight. */
export function composeChat(base: ExtensionBase, actions: RunActions, onNeeded: () => void): Chat {
  const { all, context, host, registry, tasks } = base;
  const { extensionUri, workspaceState } = context;
  const conversation = all.register(
    new Conversation(workspaceState, (error) =>
      tasks.track('Saving the conversation', Promise.reject(new Error(errorText(error)))),
    ),
  );
  const editor = createChatEditor(base, actions);
  const nowMs = () => Date.now();
  const controller = all.register(
    new ChatController({ host, registry, conversation, editor, nowMs }),
  );
  const chatView = all.register(
    new ChatView({ extensionUri, conversation, controller, tasks, onNeeded }),
  );
  return { conversation, controller, chatView };
}

function createChatEditor(
  { context, host, settings }: ExtensionBase,
  actions: RunActions,
): ChatEditor {
  const scripts = new PlanScripts(context.globalStorageUri.fsPath);
  return {
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
}
