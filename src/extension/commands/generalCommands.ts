import * as vscode from 'vscode';
import type { CommandHandlers, CommandParts } from './commandParts.ts';

/** Commands about the chat, the provider and the background host. */
export function generalCommands(parts: CommandParts): CommandHandlers {
  const { chatView, conversation, host, settings } = parts;
  return {
    'muster.openChat': () => chatView.focus(),
    'muster.clearConversation': () => conversation.clear(),
    'muster.setApiKey': () => settings.askForApiKey(),
    'muster.clearApiKey': () => settings.clearApiKey(),
    'muster.chooseProvider': () => settings.chooseProvider(),
    'muster.startHost': () => host.restart(),
    'muster.showHostLog': async () => {
      await vscode.window.showTextDocument(vscode.Uri.file(parts.hostLogFile), { preview: true });
    },
  };
}
