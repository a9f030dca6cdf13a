import * as vscode from 'vscode';
import { assertNever } from '../../base/assertNever.ts';
import type { RunControl } from '../../protocol/host/hostRpc.ts';
import { isLive } from '../../protocol/view/summarizeRun.ts';
import type { HostClient } from '../../hostClient/hostClient.ts';
import { t } from '../shared/localize.ts';
import type { RunDocuments } from './runDocuments.ts';
import type { RunRegistry } from './runRegistry.ts';
import { askConcurrency, askHigherLimits } from './askLimits.ts';
import { RunControls, type RunDialogs } from './runControls.ts';
import type { SeenRuns } from './seenRuns.ts';

/** What can be done with a run as a whole. */
export type RunActionName =
  | Extract<RunControl['action'], 'pause' | 'resume' | 'throttle' | 'raise' | 'stop' | 'cancel'>
  | 'answer'
  | 'openTree'
  | 'review'
  | 'verifyAccepted'
  | 'openReport'
  | 'openScript';

/** What can be done with one agent or one gate of a run. */
export type RunPartAction =
  | Extract<RunControl, { action: 'skipAgent' | 'retryAgent' }>
  | { readonly action: 'openTranscript'; readonly agentId: number }
  | { readonly action: 'answer'; readonly gateId: number };

/** What the actions need. */
export interface RunActionsContext {
  readonly host: HostClient;
  readonly registry: RunRegistry;
  readonly documents: RunDocuments;
  readonly seen: SeenRuns;
  readonly openTree: () => void;
  readonly review: (runId: string) => Promise<void>;
  /** Globs of commands that the user's settings allow. */
  readonly allowedCommands: () => readonly string[];
}

/** What the user can do with a run, from wherever it is shown. */
export class RunActions {
  readonly #context: RunActionsContext;
  readonly #controls: RunControls;

  constructor(context: RunActionsContext) {
    this.#context = context;
    this.#controls = new RunControls({ ...context, dialogs });
  }

  /** Carries out one action; asks first where it throws work away. */
  async perform(runId: string, action: RunActionName | RunPartAction): Promise<void> {
    if (typeof action !== 'string') return this.#performOnPart(runId, action);
    const controls = this.#controls;
    switch (action) {
      case 'pause':
      case 'stop':
        return controls.send(runId, { action });
      case 'resume':
      case 'throttle':
      case 'raise':
      case 'cancel':
        return controls[action](runId);
      case 'answer':
        return dialogs.showGate(runId, null);
      case 'verifyAccepted':
        return dialogs.verifyAccepted(runId);
      case 'openTree':
      case 'review':
      case 'openReport':
      case 'openScript':
        return this.#open(runId, action);
      default:
        return assertNever(action);
    }
  }

  /** Remembers that the user looked at how a run ended; a run that goes on has not ended. */
  async markSeen(runId: string): Promise<void> {
    const run = this.#context.registry.get(runId);
    if (run !== null && !isLive(run)) await this.#context.seen.add(runId);
  }

  async #performOnPart(runId: string, action: RunPartAction): Promise<void> {
    switch (action.action) {
      case 'answer':
        return dialogs.showGate(runId, action.gateId);
      case 'openTranscript':
        return this.#context.documents.open({ type: 'transcript', runId, agentId: action.agentId });
      case 'skipAgent':
      case 'retryAgent':
        return this.#controls.send(runId, action);
      default:
        return assertNever(action);
    }
  }

  async #open(
    runId: string,
    what: 'openTree' | 'review' | 'openReport' | 'openScript',
  ): Promise<void> {
    const { documents, registry } = this.#context;
    if (what === 'openScript') return documents.open({ type: 'script', runId });
    await this.markSeen(runId);
    if (what === 'openReport') return documents.open({ type: 'report', runId });
    registry.show(runId);
    if (what === 'review') return this.#context.review(runId);
    this.#context.openTree();
  }
}

const dialogs: RunDialogs & { readonly verifyAccepted: (runId: string) => Promise<void> } = {
  isTrusted: () => vscode.workspace.isTrusted,
  askConcurrency,
  askHigherLimits,
  confirmCancel: async (sentence) => {
    const choice = await vscode.window.showQuickPick([sentence, t('Keep running')], {
      title: t('Cancel Run'),
    });
    return choice === sentence;
  },
  confirmRerun: async (sentence) => {
    const choice = await vscode.window.showQuickPick([sentence, t('Don’t resume')], {
      title: t('Anything those commands did outside their copy may happen twice'),
    });
    return choice === sentence;
  },
  // Through the command, because the chat is where gates are answered and it is made after this.
  showGate: async (runId, gateId) => {
    await vscode.commands.executeCommand('muster.answerGate', {
      runId,
      ...(gateId === null ? {} : { gateId }),
    });
  },
  // As with gates: the chat shows the run that comes of it.
  verifyAccepted: async (runId) => {
    await vscode.commands.executeCommand('muster.verifyAccepted', { runId });
  },
};
