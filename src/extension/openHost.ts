import path from 'node:path';
import type * as vscode from 'vscode';
import { backgroundHost } from '../hostClient/backgroundHost.ts';
import { HostConnection } from '../hostClient/hostConnection.ts';
import { forkHost } from './hostProcess/forkHost.ts';
import { workspaceFolder } from './review/apply/openDocuments.ts';
import type { ProviderSettings } from './settings/providerSettings.ts';
import { t } from './shared/localize.ts';

/** From the start of the process to its first answer; a cold disk takes seconds. */
const HOST_READY_TIMEOUT_MS = 15_000;

/** What a host is opened with. */
export interface OpenHostOptions {
  readonly context: vscode.ExtensionContext;
  readonly settings: ProviderSettings;
  readonly hostLogFile: string;
  readonly log: vscode.LogOutputChannel;
}

/** Starts the host of the workspace, or attaches to the one that runs. */
export async function openHost(options: OpenHostOptions): Promise<HostConnection> {
  const { context, settings, hostLogFile, log } = options;
  const workspaceDir = workspaceFolder();
  if (workspaceDir === null) throw new Error(t('Open a folder first.'));
  const { stateDir, useSandbox } = settings.current();
  const endpoint = await forkHost({
    hostFile: context.asAbsolutePath(path.join('dist', 'host.cjs')),
    workspaceDir,
    stateDir,
    useSandbox,
    logFile: hostLogFile,
    readyTimeoutMs: HOST_READY_TIMEOUT_MS,
  });
  return HostConnection.open(endpoint, backgroundHost(log));
}
