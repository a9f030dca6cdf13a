import type * as vscode from 'vscode';
import type { Disposables } from '../base/disposables.ts';
import type { HostProcess } from './hostProcess/hostProcess.ts';
import type { RunRegistry } from './runs/runRegistry.ts';
import type { ProviderSettings } from './settings/providerSettings.ts';
import type { Tasks } from './shared/tasks.ts';

/** What every part of the extension is built on; `all` closes what is registered with it. */
export interface ExtensionBase {
  readonly all: Disposables;
  readonly context: vscode.ExtensionContext;
  readonly host: HostProcess;
  readonly hostLogFile: string;
  readonly registry: RunRegistry;
  readonly settings: ProviderSettings;
  readonly tasks: Tasks;
}
