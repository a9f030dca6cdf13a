/** The runs that one client watches: those of this process, and those that another process runs. */
import type { HostConnection } from '../../hostClient/hostConnection.ts';
import type { HostNotificationParams, HostResult } from '../../protocol/host/hostRpc.ts';
import { summarizeRun } from '../../protocol/view/summarizeRun.ts';
import type { ReviewService } from '../review/reviewService.ts';
import type { RunOwner } from '../runs/runOwner.ts';
import type { RunService } from '../runs/runService.ts';
import { EventBatcher } from './eventBatcher.ts';
import type { Notify } from './notify.ts';
import { openOwner } from './openOwner.ts';
import { OwnerWatch } from './ownerWatch.ts';

type Subscribed = HostResult<'run.subscribe'>;
type Batch = HostNotificationParams<'run.events'>;

export interface RunFeedsOptions {
  readonly runs: RunService;
  readonly reviews: ReviewService;
}

export class RunFeeds {
  readonly #runs: RunService;
  readonly #reviews: ReviewService;
  readonly #notify: Notify;
  readonly #batchers = new Map<string, EventBatcher>();
  readonly #relays = new Map<string, HostConnection>();
  readonly #watches = new Map<string, OwnerWatch>();
  readonly #listening: { dispose(): void };
  #isDisposed = false;

  constructor({ runs, reviews }: RunFeedsOptions, notify: Notify) {
    this.#runs = runs;
    this.#reviews = reviews;
    this.#notify = notify;
    this.#listening = runs.listen((event) => this.#batchers.get(event.runId)?.push(event));
  }

  async subscribe(runId: string): Promise<Subscribed> {
    this.unsubscribe(runId);
    const owner = this.#runs.live(runId) === undefined ? await this.#runs.ownerOf(runId) : null;
    const relayed = owner === null ? null : await this.#relay(runId, owner);
    if (relayed !== null) return relayed;
    // It lives and cannot be asked: what its journal says now holds until it is gone.
    if (owner !== null) this.#watch(runId, new Relay(runId, this.#notify), () => undefined);
    const view = await this.#reviews.withDecisions(await this.#runs.view(runId));
    // Nothing may be awaited between reading the live view and listening, or an event would be lost.
    const newest = this.#runs.live(runId)?.engine.view ?? view;
    const send = (sequence: number, events: Batch['events']): Promise<void> =>
      this.#notify('run.events', { runId, sequence, events });
    this.#batchers.set(runId, new EventBatcher((sequence, events) => send(sequence, [...events])));
    return { sequence: 0, view: newest };
  }

  unsubscribe(runId: string): void {
    this.#batchers.get(runId)?.dispose();
    this.#batchers.delete(runId);
    this.#relays.get(runId)?.dispose();
    this.#relays.delete(runId);
    this.#watches.get(runId)?.dispose();
    this.#watches.delete(runId);
  }

  /** Resolves when the client has taken all events so far. */
  async flush(): Promise<void> {
    await Promise.all([...this.#batchers.values()].map((batcher) => batcher.flush()));
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#listening.dispose();
    const watched = [this.#batchers, this.#relays, this.#watches].flatMap((map) => [...map.keys()]);
    for (const runId of watched) this.unsubscribe(runId);
  }

  /** Null when the owner ended in between: then the journal has all there is. */
  async #relay(runId: string, owner: RunOwner): Promise<Subscribed | null> {
    const connection = await openIfThere(owner);
    if (connection === null) return null;
    this.unsubscribe(runId);
    if (this.#isDisposed) {
      connection.dispose();
      return null;
    }
    this.#relays.set(runId, connection);
    const relay = new Relay(runId, this.#notify);
    connection.onNotification('run.events', (batch) => relay.pass(batch));
    connection.onNotification('runs.changed', ({ run }) => relay.passSummary(run));
    connection.onClosed(() => {
      this.#relays.delete(runId);
      // One that only fell silent is asked anew.
      this.#watch(runId, relay, () => this.#afterOwner(runId, relay));
    });
    try {
      const subscribed = await connection.request('run.subscribe', { runId });
      relay.begin(subscribed.sequence);
      return subscribed;
    } catch {
      // Whatever it could not say stands in the journal, which is read instead.
      this.unsubscribe(runId);
      return null;
    }
  }

  #watch(runId: string, relay: Relay, onAlive: () => void): void {
    this.#watches.get(runId)?.dispose();
    if (this.#isDisposed) return;
    const watch = new OwnerWatch({
      isOwned: async () => (await this.#runs.ownerOf(runId)) !== null,
      onGone: () => {
        this.#watches.delete(runId);
        this.#afterOwner(runId, relay);
      },
      onAlive,
    });
    this.#watches.set(runId, watch);
  }

  /** What the owner did last stands in the journal; a run without a last entry was interrupted. */
  #afterOwner(runId: string, relay: Relay): void {
    const told = this.#runs
      .view(runId)
      .then((view) => this.#reviews.withDecisions(view))
      .then((view) => relay.end(summarizeRun(view)));
    // A client that is gone has nobody to tell, and a run that was dropped meanwhile has nothing to say.
    told.catch(() => undefined);
  }
}

/** Hands on what the owner of a run sends to one client. */
class Relay {
  readonly #runId: string;
  readonly #notify: Notify;
  #sequence = 0;
  #hasEnded = false;

  constructor(runId: string, notify: Notify) {
    this.#runId = runId;
    this.#notify = notify;
  }

  begin(sequence: number): void {
    this.#sequence = Math.max(this.#sequence, sequence);
  }

  pass(batch: Batch): void {
    if (batch.runId !== this.#runId) return;
    this.#sequence = batch.sequence;
    this.#hasEnded ||= batch.events.some((event) => event.type === 'run.ended');
    this.#send('run.events', batch);
  }

  passSummary(run: HostNotificationParams<'runs.changed'>['run']): void {
    if (run.runId === this.#runId) this.#send('runs.changed', { run });
  }

  /** A gap in the numbers makes the client ask anew, and so read what the journal says. */
  async end(run: HostNotificationParams<'runs.changed'>['run']): Promise<void> {
    const gap = { runId: this.#runId, sequence: this.#sequence + 2, events: [] };
    if (!this.#hasEnded) await this.#notify('run.events', gap);
    await this.#notify('runs.changed', { run });
  }

  #send: (...args: Parameters<Notify>) => void = (name, params) => {
    // A client that went away in mid-send is closed by its own session.
    this.#notify(name, params).catch(() => undefined);
  };
}

async function openIfThere(owner: RunOwner): Promise<HostConnection | null> {
  try {
    return await openOwner(owner);
  } catch {
    // It ended between the look and the call, or takes no orders: its journal can be read all the same.
    return null;
  }
}
