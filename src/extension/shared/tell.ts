import * as vscode from 'vscode';

/** Shows a message that asks for nothing. */
export function tell(message: string): void {
  // A message waits for its reader; nobody waits for the message.
  vscode.window.showInformationMessage(message).then(undefined, () => undefined);
}
