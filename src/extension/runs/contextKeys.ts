import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposables.ts';
import { isLive, type RunSummary } from '../../protocol/view/summarizeRun.ts';
import { openQuestions } from './openQuestions.ts';
import type { RunRegistry } from './runRegistry.ts';
import type { Tasks } from '../shared/tasks.ts';

/** Keeps the keys that decide which commands apply. */
export class ContextKeys implements Disposable {
  readonly #registry: RunRegistry;
  readonly #tasks: Tasks;
  readonly #subscriptions: readonly Disposable[];
  readonly #set = new Map<string, boolean>();

  constructor(registry: RunRegistry, tasks: Tasks) {
    this.#registry = registry;
    this.#tasks = tasks;
    this.#subscriptions = [
      registry.onDidChange(() => this.#update()),
      registry.onDidChangeShown(() => this.#update()),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #update(): void {
    for (const [key, value] of Object.entries(contextOf(this.#registry.shown))) {
      if (this.#set.get(key) === value) continue;
      this.#set.set(key, value);
      this.#tasks.track(
        `Context key ${key}`,
        vscode.commands.executeCommand('setContext', key, value),
      );
    }
  }
}

function contextOf(run: RunSummary | null): Readonly<Record<string, boolean>> {
  return {
    'muster.hasRun': run !== null,
    'muster.runLive': run !== null && isLive(run),
    'muster.runRunning': run?.state === 'running',
    'muster.runAtLimit': run !== null && isLive(run) && run.pauseReason === 'limit',
    'muster.hasOpenGate': run !== null && openQuestions(run).length > 0,
    'muster.runResumable': run !== null && !['running', 'completed'].includes(run.state),
    'muster.hasPending': (run?.proposals.pending ?? 0) + (run?.proposals.conflicts ?? 0) > 0,
    'muster.hasProposals': (run?.proposals.hunks ?? 0) + (run?.proposals.conflicts ?? 0) > 0,
  };
}
