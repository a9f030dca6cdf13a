import * as vscode from 'vscode';
import type { Disposable } from '../base/disposables.ts';
import { errorText } from '../base/errorText.ts';
import { isLive } from '../protocol/view/summarizeRun.ts';
import type { ChatController } from './chat/chatController.ts';
import type { ChatView } from './chat/chatView.ts';
import type { HostProcess } from './hostProcess/hostProcess.ts';
import { t } from './shared/localize.ts';
import type { Review } from './review/review.ts';
import type { RunFeeds } from './runs/runFeeds.ts';
import type { RunRegistry } from './runs/runRegistry.ts';
import type { ProviderSettings } from './settings/providerSettings.ts';
import type { Storage } from './shared/storage.ts';
import type { Tasks } from './shared/tasks.ts';

const ACTIVE_RUN_KEY = 'muster.hasActiveRun';

/** What hears of the host's life. */
export interface HostLifeParts {
  readonly host: HostProcess;
  readonly registry: RunRegistry;
  readonly feeds: RunFeeds;
  readonly review: Review;
  readonly controller: ChatController;
  readonly chatView: ChatView;
  readonly settings: ProviderSettings;
  readonly workspaceState: Storage;
  readonly tasks: Tasks;
}

/** What the host's coming and going does to the rest. */
export interface HostLife extends Disposable {
  /** A view came into sight: reads the runs, unless the host is gone and the user has not asked. */
  wake(): Promise<void>;
  /** After a reload: attaches again if a run was on or changes waited when the window closed. */
  resume(): void;
}

/** Joins the host to all that shows its state. */
export function connectHostLife(parts: HostLifeParts): HostLife {
  const { host, registry, feeds, review, settings, tasks } = parts;
  let hasDied = false;
  const refreshComposer = () => parts.chatView.refreshComposer();
  const forget = (runIds: readonly string[]): void => {
    const shown = registry.shown;
    registry.forget(runIds);
    if (shown !== null && runIds.includes(shown.runId)) tellDropped(parts, shown.name);
    parts.controller.settleUnknownRuns();
  };
  const subscriptions: readonly Disposable[] = [
    host.onConnected(() => {
      hasDied = false;
      tasks.track('Reading the runs', readRuns(parts));
      tasks.track('Saying how much to keep', sendRetention(parts));
      feeds.reload();
      review.model.invalidate();
    }),
    host.onDied(() => {
      hasDied = true;
      const interrupted = registry.markInterrupted();
      feeds.markInterrupted(t('The background host stopped. Finished work is kept.'));
      parts.controller.reportHostDied(interrupted);
    }),
    host.onNotification('runs.dropped', ({ runIds }) => forget(runIds)),
    feeds.onMissing((runId) => forget([runId])),
    registry.onDidChange(() => tasks.track('Remembering the run', rememberActive(parts))),
    settings.onDidChange(() => {
      tasks.track('Configuring the provider', host.reconfigure());
      // A later host is told when it is connected.
      if (host.isConnected) tasks.track('Saying how much to keep', sendRetention(parts));
      refreshComposer();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(refreshComposer),
    vscode.workspace.onDidChangeWorkspaceFolders(refreshComposer),
  ];
  const wake = async () => {
    if (hasDied || (vscode.workspace.workspaceFolders ?? []).length === 0) return;
    try {
      await host.connect();
    } catch (error) {
      // Asking again at every view that opens would fail as often; now it is the user's turn.
      hasDied = true;
      registry.markRead();
      parts.controller.reportHostMissing(errorText(error));
    }
  };
  return {
    wake,
    resume: () => {
      if (parts.workspaceState.get(ACTIVE_RUN_KEY) === true) tasks.track('Attaching', wake());
    },
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

async function readRuns({ registry, controller }: HostLifeParts): Promise<void> {
  await registry.refresh();
  controller.settleUnknownRuns();
}

async function sendRetention({ host, settings }: HostLifeParts): Promise<void> {
  await host.request('retention.configure', settings.current().retention);
}

/** The views go over to another run; whoever looked at this one learns why. */
function tellDropped({ tasks }: HostLifeParts, name: string): void {
  const reason = t(
    'Deleted “{0}”, one of the oldest runs, to stay within muster.retention in the settings. It had no undecided changes.',
    name,
  );
  tasks.track('Telling of a dropped run', vscode.window.showInformationMessage(reason));
}

async function rememberActive({ registry, workspaceState }: HostLifeParts): Promise<void> {
  const isActive = registry
    .all()
    .some((run) => isLive(run) || run.proposals.pending + run.proposals.conflicts > 0);
  if (workspaceState.get(ACTIVE_RUN_KEY) === isActive) return;
  await workspaceState.update(ACTIVE_RUN_KEY, isActive);
}
