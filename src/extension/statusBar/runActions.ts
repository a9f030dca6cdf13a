import * as vscode from 'vscode';
import { assertNever } from '../../base/assertNever.ts';
import type { RunControl } from '../../protocol/hostRpc.ts';
import { isLive, type RunSummary } from '../../protocol/summarizeRun.ts';
import type { HostClient } from '../hostProcess/hostClient.ts';
import { t } from '../localize.ts';
import type { RunDocuments } from '../runTree/runDocuments.ts';
import type { RunRegistry } from '../runTree/runRegistry.ts';
import { askConcurrency } from '../settings/askLimits.ts';
import type { SeenRuns } from './seenRuns.ts';

export type RunActionName =
  RunControl['action'] | 'openTree' | 'review' | 'openReport' | 'openScript';

/** What the actions need. */
export interface RunActionsContext {
  readonly host: HostClient;
  readonly registry: RunRegistry;
  readonly documents: RunDocuments;
  readonly seen: SeenRuns;
  readonly openTree: () => void;
  readonly review: (runId: string) => Promise<void>;
}

/** What the user can do with a run, from wherever it is shown. */
export class RunActions {
  readonly #context: RunActionsContext;

  constructor(context: RunActionsContext) {
    this.#context = context;
  }

  /** Carries out one action; asks first where it throws work away. */
  async perform(runId: string, action: RunActionName): Promise<void> {
    const { documents, registry } = this.#context;
    switch (action) {
      case 'pause':
      case 'resume':
        return this.#control(runId, { action });
      case 'throttle':
        return this.#throttle(runId);
      case 'cancel':
        return this.#cancel(runId);
      case 'openTree':
        registry.show(runId);
        this.#context.openTree();
        return this.markSeen(runId);
      case 'review':
        registry.show(runId);
        await this.markSeen(runId);
        return this.#context.review(runId);
      case 'openReport':
        await this.markSeen(runId);
        return documents.open({ type: 'report', runId });
      case 'openScript':
        return documents.open({ type: 'script', runId });
      default:
        return assertNever(action);
    }
  }

  /** Remembers that the user looked at how a run ended; a run that goes on has not ended. */
  async markSeen(runId: string): Promise<void> {
    const run = this.#context.registry.get(runId);
    if (run !== null && !isLive(run)) await this.#context.seen.add(runId);
  }

  async #control(runId: string, control: RunControl): Promise<void> {
    if (control.action === 'resume' && !vscode.workspace.isTrusted) {
      throw new Error(t('This folder is not trusted. Trust it before you resume a run.'));
    }
    const { host, registry, seen } = this.#context;
    const run = registry.get(runId);
    // A run that has ended goes on from its journal; one that is paused only waits.
    const isEnded = control.action === 'resume' && run !== null && !isLive(run);
    if (isEnded) await host.request('run.resume', { runId, limits: null });
    else await host.request('run.control', { runId, control });
    if (control.action === 'resume') await seen.remove(runId);
  }

  async #throttle(runId: string): Promise<void> {
    const current = this.#context.registry.get(runId)?.concurrency ?? 16;
    const concurrency = await askConcurrency(current);
    if (concurrency !== null) await this.#control(runId, { action: 'throttle', concurrency });
  }

  async #cancel(runId: string): Promise<void> {
    const run = this.#context.registry.get(runId);
    const cancel = cancelText(run);
    const choice = await vscode.window.showQuickPick([cancel, t('Let it go on')], {
      title: t('Cancel Run'),
    });
    if (choice === cancel) await this.#control(runId, { action: 'cancel' });
  }
}

/** Says what a cancel hits. */
export function cancelText(run: RunSummary | null): string {
  if (run === null) return t('Cancel run; finished work stays');
  const { running, queued } = run.counts;
  const agents = running === 1 ? t('1 agent running') : t('{0} agents running', running);
  return t('Cancel run: {0}, {1} queued; finished work stays', agents, queued);
}
