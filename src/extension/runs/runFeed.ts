import type { Disposable } from '../../base/disposables.ts';
import type { HostNotificationParams } from '../../protocol/host/hostRpc.ts';
import { reduceRunEvents } from '../../protocol/view/reduceRun.ts';
import type { RunTreeToWebview } from '../../protocol/webviews/runTreeMessages.ts';
import type { RunView } from '../../protocol/view/runView.ts';
import { isLive } from '../../protocol/view/summarizeRun.ts';
import type { HostClient } from '../../hostClient/hostClient.ts';
import { hostErrorCode } from '../../hostClient/hostErrorCode.ts';
import type { Tasks } from '../shared/tasks.ts';
import { interruptView } from '../../protocol/view/interruptView.ts';

export interface RunFeedOptions {
  readonly host: HostClient;
  readonly tasks: Tasks;
  /** The host says that there is no such run, or not any more. */
  readonly onMissing: () => void;
}

type Listener = (message: RunTreeToWebview) => void;

/**
 * One run's events for any number of views. It holds the one subscription to the host, folds the
 * events with the shared reducer, and so hands every view its own snapshot without asking again.
 */
export class RunFeed implements Disposable {
  readonly runId: string;
  readonly #host: HostClient;
  readonly #tasks: Tasks;
  readonly #onMissing: () => void;
  readonly #listeners = new Set<Listener>();
  readonly #subscription: Disposable;
  #view: RunView | null = null;
  #sequence = 0;
  #loading: Promise<void> | null = null;

  constructor(runId: string, { host, tasks, onMissing }: RunFeedOptions) {
    this.runId = runId;
    this.#host = host;
    this.#tasks = tasks;
    this.#onMissing = onMissing;
    this.#subscription = host.onNotification('run.events', (batch) => this.#apply(batch));
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  /** Adds a view; it gets a snapshot as soon as there is one, then every batch. */
  listen(listener: Listener): Disposable {
    this.#listeners.add(listener);
    this.sendSnapshot(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  /** Sends one view everything anew. */
  sendSnapshot(listener: Listener): void {
    if (this.#view === null) this.reload();
    else listener({ type: 'snapshot', sequence: this.#sequence, view: this.#view });
  }

  /** Subscribes again and sends every view a snapshot: after a gap or a reconnect. */
  reload(): void {
    if (this.#loading !== null) return;
    this.#loading = this.#subscribe().finally(() => (this.#loading = null));
    this.#tasks.track(`Subscribing to run ${this.runId}`, this.#loading);
  }

  /** The host is gone: every view shows the run as interrupted. */
  markInterrupted(stateMessage: string): void {
    if (this.#view === null || !isLive(this.#view)) return;
    // The new host will say the same, and when it ended.
    this.#view = interruptView(this.#view, { endedAt: null, stateMessage });
    for (const listener of this.#listeners) this.sendSnapshot(listener);
  }

  dispose(): void {
    this.#listeners.clear();
    this.#subscription.dispose();
  }

  async #subscribe(): Promise<void> {
    const { sequence, view } = await this.#host
      .request('run.subscribe', { runId: this.runId })
      .catch((error: unknown) => {
        if (hostErrorCode(error) === 'not_found') this.#onMissing();
        throw error;
      });
    this.#view = view;
    this.#sequence = sequence;
    for (const listener of this.#listeners) this.sendSnapshot(listener);
  }

  #apply(batch: HostNotificationParams<'run.events'>): void {
    // While a snapshot is on its way the batches before it are part of it.
    if (batch.runId !== this.runId || this.#view === null) return;
    if (batch.sequence <= this.#sequence) return;
    if (batch.sequence !== this.#sequence + 1) {
      this.reload();
      return;
    }
    this.#view = reduceRunEvents(this.#view, batch.events);
    this.#sequence = batch.sequence;
    const { sequence, events } = batch;
    for (const listener of this.#listeners) listener({ type: 'events', sequence, events });
  }
}
