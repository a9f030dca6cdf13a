import * as vscode from 'vscode';
import { runGuarded } from '../shared/runGuarded.ts';
import type { CommandHandlers, CommandParts } from './commandParts.ts';
import { generalCommands } from './generalCommands.ts';
import { reviewCommands } from './reviewCommands.ts';
import { rowCommands } from './rowCommands.ts';
import { runCommands } from './runCommands.ts';

/** Registers every command of the manifest. */
export function registerCommands(parts: CommandParts): vscode.Disposable {
  const handlers: CommandHandlers = {
    ...generalCommands(parts),
    ...runCommands(parts),
    ...rowCommands(parts),
    ...reviewCommands(parts),
  };
  const registrations = Object.entries(handlers).map(([command, handler]) =>
    vscode.commands.registerCommand(command, (...args: never[]) =>
      runGuarded(parts.tasks, command, () => handler(...args)),
    ),
  );
  return vscode.Disposable.from(...registrations);
}
