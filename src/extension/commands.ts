import * as vscode from 'vscode';
import { formatDuration } from '../base/format.ts';
import { RunTreeMenuTarget } from '../protocol/webviews/runTreeMessages.ts';
import type { ChatController } from './chat/chatController.ts';
import type { ChatView } from './chat/chatView.ts';
import type { Conversation } from './chat/conversation.ts';
import type { HostProcess } from './hostProcess/hostProcess.ts';
import { t } from './localize.ts';
import type { ConflictNode } from './review/conflicts/conflictNodes.ts';
import type { ProposalModel } from './review/proposalModel.ts';
import { isProposalNode, type ProposalNode } from './review/proposalNodes.ts';
import type { ProposalTree } from './review/proposalTree.ts';
import type { ReviewController } from './review/reviewController.ts';
import type { RunRegistry } from './runs/runRegistry.ts';
import type { RunTreeViews } from './runTree/runTreeViews.ts';
import { runGuarded } from './runGuarded.ts';
import type { ProviderSettings } from './settings/providerSettings.ts';
import type { RunActionName, RunActions } from './runs/runActions.ts';
import { showRunMenu } from './statusBar/runMenu.ts';
import type { Tasks } from './tasks.ts';

/** Everything that some command steers. */
export interface CommandParts {
  readonly host: HostProcess;
  readonly hostLogFile: string;
  readonly registry: RunRegistry;
  readonly chatView: ChatView;
  readonly controller: ChatController;
  readonly conversation: Conversation;
  readonly runTreeViews: RunTreeViews;
  readonly actions: RunActions;
  readonly model: ProposalModel;
  readonly tree: ProposalTree;
  readonly review: ReviewController;
  readonly settings: ProviderSettings;
  readonly tasks: Tasks;
}

type Handler = (...args: never[]) => Promise<void> | void;

/** Registers every command of the manifest. */
export function registerCommands(parts: CommandParts): vscode.Disposable {
  const handlers: Readonly<Record<string, Handler>> = {
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

function generalCommands(parts: CommandParts): Record<string, Handler> {
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

function runCommands(parts: CommandParts): Record<string, Handler> {
  const { actions, registry } = parts;
  const onShown = (action: RunActionName) => async () => {
    const run = await shownRun(parts);
    if (run !== null) await actions.perform(run.runId, action);
  };
  return {
    'muster.showRunMenu': async () => {
      const run = await shownRun(parts);
      if (run === null) return;
      await actions.markSeen(run.runId);
      await showRunMenu(run, registry, actions);
    },
    'muster.openRunTree': () => parts.runTreeViews.openPanel(),
    'muster.pauseRun': onShown('pause'),
    'muster.resumeRun': onShown('resume'),
    'muster.throttleRun': onShown('throttle'),
    'muster.raiseLimits': onShown('raise'),
    'muster.stopRun': onShown('stop'),
    'muster.cancelRun': onShown('cancel'),
    'muster.openReport': onShown('openReport'),
    'muster.openRunScript': onShown('openScript'),
    'muster.reviewChanges': onShown('review'),
    'muster.verifyAccepted': (row: unknown) => verifyAccepted(parts, row),
    'muster.chooseRun': async () => {
      const runId = await pickRun(parts);
      if (runId !== null) registry.show(runId);
    },
  };
}

// Commands of a row's context menu in the run tree; the editor hands over what the row says of itself.
function rowCommands(parts: CommandParts): Record<string, Handler> {
  const { actions, review } = parts;
  const onAgent =
    (act: (runId: string, agentId: number) => Promise<void>) =>
    async (row: unknown): Promise<void> => {
      const { runId, agentId } = RunTreeMenuTarget.parse(row);
      if (agentId !== undefined) await act(runId, agentId);
    };
  return {
    'muster.answerGate': (row: unknown) => answerGate(parts, row),
    'muster.openTranscript': onAgent((runId, agentId) =>
      actions.perform(runId, { action: 'openTranscript', agentId }),
    ),
    'muster.revealAgentChanges': onAgent((runId, agentId) => review.revealAgent(runId, agentId)),
    'muster.skipAgent': onAgent((runId, agentId) =>
      actions.perform(runId, { action: 'skipAgent', agentId }),
    ),
    'muster.retryAgent': onAgent((runId, agentId) =>
      actions.perform(runId, { action: 'retryAgent', agentId }),
    ),
  };
}

async function verifyAccepted(parts: CommandParts, row: unknown): Promise<void> {
  const { controller, chatView, host, settings } = parts;
  const runId = RunTreeMenuTarget.safeParse(row).data?.runId ?? (await shownRun(parts))?.runId;
  if (runId === undefined) return;
  if (!vscode.workspace.isTrusted) {
    throw new Error(t('This folder is not trusted. Trust it before commands run on its files.'));
  }
  const requiredCommands = [...settings.current().requiredCommands];
  const started = await host.request('run.verifyAccepted', { runId, requiredCommands });
  controller.showRun(started.runId);
  await chatView.focus();
}

// Without a row, as from the command palette, it is the shown run that the user means.
async function answerGate(parts: CommandParts, row: unknown): Promise<void> {
  const target = RunTreeMenuTarget.safeParse(row).data;
  const runId = target?.runId ?? (await shownRun(parts))?.runId;
  if (runId === undefined) return;
  const itemId = parts.controller.showGates(runId, target?.gateId ?? null);
  if (itemId === null) throw new Error(t('This run has no question that waits for an answer.'));
  await parts.chatView.focusItem(itemId);
}

function reviewCommands({ review, model, tree, settings }: CommandParts): Record<string, Handler> {
  return {
    'muster.openProposal': (node: ProposalNode) => review.openNode(node),
    'muster.acceptProposal': (node: ProposalNode) => review.acceptNode(node),
    'muster.rejectProposal': (node: ProposalNode) => review.rejectNode(node),
    'muster.openMerge': (row: unknown) => review.openMerge(isProposalNode(row) ? row : null),
    'muster.discardConflict': (row: unknown) => review.conflicts.discard(conflictRow(row)),
    'muster.restoreConflicts': () => review.conflicts.restore(),
    'muster.acceptAll': () => review.acceptAll(),
    'muster.rejectAll': () => review.rejectAll(),
    'muster.undoAccept': () => review.undo(),
    'muster.refreshProposals': () => model.invalidate(),
    'muster.acceptFile': () => review.acceptFile(),
    'muster.rejectFile': () => review.rejectFile(),
    'muster.acceptHunk': () => review.acceptHunk(),
    'muster.rejectHunk': () => review.rejectHunk(),
    'muster.nextHunk': () => review.goToHunk('next'),
    'muster.previousHunk': () => review.goToHunk('previous'),
    'muster.groupProposals': async () => {
      await settings.chooseGrouping();
      tree.refresh();
    },
  };
}

// From an editor's title the command gets the document, and the active tab says the rest.
function conflictRow(row: unknown): ConflictNode | null {
  return isProposalNode(row) && row.type === 'conflict' ? row : null;
}

// A command may be the first thing that happens in a window: the list is then read now.
async function shownRun({ host, registry }: CommandParts): Promise<RunRegistry['shown']> {
  if (registry.shown === null) {
    await host.connect();
    await registry.refresh();
  }
  return registry.shown;
}

async function pickRun(parts: CommandParts): Promise<string | null> {
  await shownRun(parts);
  const rows = parts.registry.all().map((run) => ({
    label: run.name,
    description: run.state,
    detail: t('{0}, {1} ago', run.request, formatDuration(Math.max(0, Date.now() - run.startedAt))),
    runId: run.runId,
  }));
  const choice = await vscode.window.showQuickPick(rows, { title: t('Runs of This Workspace') });
  return choice?.runId ?? null;
}
