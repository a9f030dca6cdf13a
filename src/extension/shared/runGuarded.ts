import * as vscode from 'vscode';
import { errorText } from '../../base/errorText.ts';
import type { Tasks } from './tasks.ts';

/** Carries out what the user asked for; a failure is told to them, not only logged. */
export async function runGuarded(
  tasks: Tasks,
  purpose: string,
  work: () => Promise<void> | void,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    tasks.track(purpose, vscode.window.showErrorMessage(`Muster: ${errorText(error)}`));
  }
}
