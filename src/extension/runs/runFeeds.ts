import type { Disposable } from '../../base/disposables.ts';
import type { RunTreeToWebview } from '../../protocol/webviews/runTreeMessages.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import type { HostClient } from '../../hostClient/hostClient.ts';
import type { Tasks } from '../shared/tasks.ts';
import { RunFeed } from './runFeed.ts';

/** A view's hold on a run's events. */
export interface FeedSubscription extends Disposable {
  resync(): void;
}

/** The feeds of the runs that some view shows; the last view to leave ends the subscription. */
export class RunFeeds implements Disposable {
  readonly #host: HostClient;
  readonly #tasks: Tasks;
  readonly #feeds = new Map<string, RunFeed>();
  readonly #missing = new Emitter<string>();
  /** A run that a view shows is not there any more. */
  readonly onMissing: Event<string> = this.#missing.event;

  constructor(host: HostClient, tasks: Tasks) {
    this.#host = host;
    this.#tasks = tasks;
  }

  /** Sends a snapshot and then every batch of this run to the listener. */
  subscribe(runId: string, listener: (message: RunTreeToWebview) => void): FeedSubscription {
    const feed = this.#feed(runId);
    const registration = feed.listen(listener);
    return {
      resync: () => feed.sendSnapshot(listener),
      dispose: () => {
        registration.dispose();
        this.#leave(feed);
      },
    };
  }

  /** After a reconnect: every feed subscribes anew. */
  reload(): void {
    for (const feed of this.#feeds.values()) feed.reload();
  }

  /** The host is gone. */
  markInterrupted(stateMessage: string): void {
    for (const feed of this.#feeds.values()) feed.markInterrupted(stateMessage);
  }

  dispose(): void {
    for (const feed of this.#feeds.values()) feed.dispose();
    this.#feeds.clear();
    this.#missing.dispose();
  }

  #feed(runId: string): RunFeed {
    const existing = this.#feeds.get(runId);
    if (existing !== undefined) return existing;
    const onMissing = (): void => this.#missing.fire(runId);
    const feed = new RunFeed(runId, { host: this.#host, tasks: this.#tasks, onMissing });
    this.#feeds.set(runId, feed);
    return feed;
  }

  #leave(feed: RunFeed): void {
    if (feed.listenerCount > 0 || this.#feeds.get(feed.runId) !== feed) return;
    this.#feeds.delete(feed.runId);
    feed.dispose();
    // A host that is gone has forgotten the subscription by itself.
    if (!this.#host.isConnected) return;
    this.#tasks.track(
      `Leaving run ${feed.runId}`,
      this.#host.request('run.unsubscribe', { runId: feed.runId }),
    );
  }
}
