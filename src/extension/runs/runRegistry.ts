import { isDeepStrictEqual } from 'node:util';
import type { Disposable } from '../../base/disposables.ts';
import type { ProposalCounts } from '../../protocol/proposals.ts';
import { isLive, type RunSummary } from '../../protocol/view/summarizeRun.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import type { HostClient } from '../../hostClient/hostClient.ts';
import { t } from '../shared/localize.ts';
import { interruptSummary } from '../../protocol/view/interruptView.ts';

/** A run's new summary and the one it replaces; `previous` is null for a run not known before. */
export interface RunChange {
  readonly run: RunSummary;
  readonly previous: RunSummary | null;
  /** False while a list is read: what it says happened before this window looked. */
  readonly isNews: boolean;
}

/** All runs of the workspace as the host last told, and the one that the views show. */
export class RunRegistry implements Disposable {
  readonly #host: HostClient;
  readonly #runs = new Map<string, RunSummary>();
  readonly #changed = new Emitter<RunChange>();
  readonly #shownChanged = new Emitter<void>();
  readonly #read = new Emitter<void>();
  readonly #subscription: Disposable;
  #shownId: string | null = null;
  #isRead = false;
  readonly onDidChange: Event<RunChange> = this.#changed.event;
  /** Another run is shown, or the first one. */
  readonly onDidChangeShown: Event<void> = this.#shownChanged.event;

  /** The first attempt to read the list is over, whether it worked or not. */
  readonly onDidRead: Event<void> = this.#read.event;

  constructor(host: HostClient) {
    this.#host = host;
    this.#subscription = host.onNotification('runs.changed', ({ run }) => this.#set(run, true));
  }

  /** All runs, the newest first. */
  all(): readonly RunSummary[] {
    return [...this.#runs.values()].sort((a, b) => b.startedAt - a.startedAt);
  }

  get(runId: string): RunSummary | null {
    return this.#runs.get(runId) ?? null;
  }

  /** The run that tree, review and status bar speak of: the chosen one, else the newest. */
  get shown(): RunSummary | null {
    return (this.#shownId === null ? null : this.get(this.#shownId)) ?? this.all()[0] ?? null;
  }

  /** False until somebody tried to read the list: then an empty one means that there is no run. */
  get isRead(): boolean {
    return this.#isRead;
  }

  /** Makes the views speak of this run. */
  show(runId: string): void {
    if (this.#shownId === runId) return;
    this.#shownId = runId;
    this.#shownChanged.fire();
  }

  /** Reads the list from the host; runs that are not on it any more were dropped. */
  async refresh(): Promise<void> {
    const before = [...this.#runs.keys()];
    const { runs } = await this.#host.request('runs.list', {});
    const listed = new Set(runs.map(({ runId }) => runId));
    this.forget(before.filter((runId) => !listed.has(runId)));
    for (const run of runs) this.#set(run, false);
    this.markRead();
  }

  /** These runs are gone; the views go over to another one where they showed one of them. */
  forget(runIds: readonly string[]): void {
    const shownBefore = this.shown?.runId;
    for (const runId of runIds) this.#runs.delete(runId);
    if (this.#shownId !== null && runIds.includes(this.#shownId)) this.#shownId = null;
    if (this.shown?.runId !== shownBefore) this.#shownChanged.fire();
  }

  /** There is nothing to wait for any more: the list was read, or the host cannot be asked. */
  markRead(): void {
    if (this.#isRead) return;
    this.#isRead = true;
    this.#read.fire();
  }

  /** The decisions about a run's proposals changed what waits for review. */
  setProposals(runId: string, proposals: ProposalCounts): void {
    const run = this.get(runId);
    if (run === null || isDeepStrictEqual(run.proposals, proposals)) return;
    this.#set({ ...run, proposals }, false);
  }

  /** The host is gone: what was live has been interrupted. Answers with those runs. */
  markInterrupted(): readonly RunSummary[] {
    const live = this.all().filter((run) => isLive(run));
    for (const run of live) {
      const stateMessage = t('The background host stopped. Finished work is kept.');
      this.#set(interruptSummary(run, { endedAt: null, stateMessage }), false);
    }
    return live;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
    this.#shownChanged.dispose();
    this.#read.dispose();
  }

  #set(run: RunSummary, isNews: boolean): void {
    const previous = this.get(run.runId);
    const shownBefore = this.shown?.runId;
    this.#runs.set(run.runId, run);
    // A run that starts now is what the user wants to see.
    if (isNews && previous === null && isLive(run)) this.#shownId = run.runId;
    this.#changed.fire({ run, previous, isNews });
    if (this.shown?.runId !== shownBefore) this.#shownChanged.fire();
  }
}
