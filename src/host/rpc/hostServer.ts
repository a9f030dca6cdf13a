/** A process's socket: accepts clients, tells them about runs, and says when nobody needs it any more. */
import { createServer, type Server } from 'node:net';
import { chmod } from 'node:fs/promises';
import { createDeferred } from '../../base/deferred.ts';
import { summarizeRun } from '../../protocol/view/summarizeRun.ts';
import type { RunEvent } from '../../protocol/events/runEvents.ts';
import type { RunView } from '../../protocol/view/runView.ts';
import { EVENT_BATCH_MS } from '../../core/limits.ts';
import type { BackgroundRetention } from '../retention/backgroundRetention.ts';
import type { ReviewService } from '../review/reviewService.ts';
import type { RunService } from '../runs/runService.ts';
import type { HostServices } from '../hostServices.ts';
import { announceReview } from './announceReview.ts';
import { ClientSession } from './clientSession.ts';
import { createControlHandlers, createHostHandlers } from './hostHandlers.ts';
import type { HostState } from './hostState.ts';
import type { Notify } from './notify.ts';
import { LAST_EVENTS_MS, MAX_CONNECTIONS } from '../../hostClient/rpcLimits.ts';

/** Time without a client and without a run after which the host ends. */
const IDLE_EXIT_MS = 60_000;

/** Least time between two announcements that a live run's proposals changed. */
const PROPOSALS_MS = 1000;

/** Events after which a run's summary goes out at once. */
const TURNING_POINTS: readonly RunEvent['type'][] = [
  'run.started',
  'run.resumed',
  'run.state',
  'run.ended',
  'review.changed',
];

/** Time that runs go on after the last client has gone. */
const UNATTENDED_MS = 30 * 60_000;

const createHandlers = { everything: createHostHandlers, control: createControlHandlers } as const;

export interface HostServerOptions {
  readonly services: HostServices;
  readonly runs: RunService;
  readonly reviews: ReviewService;
  readonly retention?: BackgroundRetention | undefined;
  /** Everything, or only what watches and steers this process's own runs. */
  readonly serves: 'everything' | 'control';
  readonly socketPath: string;
  readonly token: string;
  /** Called once when nobody has needed the host for a while. */
  readonly onIdle: () => void;
}

export class HostServer {
  readonly #options: HostServerOptions;
  readonly #server: Server;
  readonly #sessions = new Set<ClientSession>();
  readonly #state: HostState;
  readonly #summaries = new Map<string, NodeJS.Timeout>();
  readonly #proposals = new Map<string, NodeJS.Timeout>();
  readonly #listening: { dispose(): void };
  #idleTimer: { dispose(): void } | null = null;
  #isDisposed = false;

  constructor(options: HostServerOptions) {
    this.#options = options;
    const { services, runs, reviews, retention } = options;
    this.#listening = runs.listen((event, view) => this.#announce(event, view));
    const provider = { provider: 'offline' as const, baseUrl: null, model: null, apiKey: null };
    const broadcast = this.#broadcast;
    this.#state = { services, runs, reviews, retention, provider, broadcast };
    reviews.onSettled((runId) => this.#announceSettled(runId));
    retention?.onDropped((runIds) => this.#send('runs.dropped', { runIds: [...runIds] }));
    this.#server = createServer((socket) => {
      const session = new ClientSession(socket, {
        clock: services.clock,
        token: options.token,
        createHandlers: (notify) => createHandlers[options.serves](this.#state, notify),
        onAuthenticated: () => this.#watchIdle(),
      });
      this.#sessions.add(session);
      socket.once('close', () => {
        session.dispose();
        this.#sessions.delete(session);
        this.#watchIdle();
      });
    });
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** What was found out about a broken-off accept changes what is pending. */
  #announceSettled(runId: string): void {
    announceReview(this.#state, runId).catch((error: unknown) => {
      this.#options.services.log.warn('review', String(error), { runId });
    });
  }

  /** Resolves when clients can connect. */
  async listen(): Promise<void> {
    const { socketPath } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(socketPath, resolve);
    });
    if (process.platform !== 'win32') await chmod(socketPath, 0o600);
    this.#watchIdle();
  }

  /** Lets the last events reach whoever watches, for a moment, then closes everything. */
  async close(): Promise<void> {
    const flushed = Promise.all([...this.#sessions].map((session) => session.flush()));
    const late = createDeferred<undefined>();
    const timer = this.#options.services.clock.after(LAST_EVENTS_MS, () => late.resolve(undefined));
    await Promise.race([flushed, late.promise]);
    timer.dispose();
    this.dispose();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#listening.dispose();
    this.#idleTimer?.dispose();
    for (const timer of [...this.#summaries.values(), ...this.#proposals.values()]) {
      clearTimeout(timer);
    }
    for (const session of this.#sessions) session.dispose();
    this.#server.close();
  }

  readonly #broadcast: Notify = async (name, params) => {
    await Promise.all([...this.#sessions].map((session) => session.notify(name, params)));
  };

  /** A run's summary goes to all windows: at once when its state changes, else a few times a second. */
  #announce(event: RunEvent, view: RunView): void {
    const isTurningPoint = TURNING_POINTS.includes(event.type);
    if (isTurningPoint) this.#sendSummary(view.runId);
    else if (!this.#summaries.has(view.runId)) {
      const timer = setTimeout(() => this.#sendSummary(view.runId), EVENT_BATCH_MS);
      this.#summaries.set(view.runId, timer);
    }
    if (event.type === 'run.ended') this.#watchIdleAfter(view.runId);
    if (event.type === 'proposals.changed') this.#sendProposals(view.runId);
    if (event.type === 'agent.ended' && event.changes.length > 0)
      this.#announceProposals(view.runId);
  }

  /** Reading proposals costs a window more than a row of the tree, so a live run announces them once a second. */
  #announceProposals(runId: string): void {
    if (this.#proposals.has(runId)) return;
    const timer = setTimeout(() => this.#sendProposals(runId), PROPOSALS_MS);
    this.#proposals.set(runId, timer);
  }

  #sendProposals(runId: string): void {
    clearTimeout(this.#proposals.get(runId));
    this.#proposals.delete(runId);
    this.#send('proposals.changed', { runId });
  }

  #sendSummary(runId: string): void {
    clearTimeout(this.#summaries.get(runId));
    this.#summaries.delete(runId);
    const { runs, reviews } = this.#state;
    const reviewed = runs.view(runId).then((view) => reviews.withDecisions(view));
    reviewed.then(
      (view) => this.#send('runs.changed', { run: summarizeRun(view) }),
      (error: unknown) => this.#options.services.log.error('host', String(error), { runId }),
    );
  }

  #send: (...args: Parameters<Notify>) => void = (name, params) => {
    // A client that went away in mid-send is closed by its own session.
    this.#broadcast(name, params).catch(() => undefined);
  };

  /** The run counts as live until all of it is on disk, which is after its last event. */
  #watchIdleAfter(runId: string): void {
    const watch = (): void => this.#watchIdle();
    this.#state.runs.live(runId)?.ended.then(watch, watch);
  }

  #watchIdle(): void {
    this.#idleTimer?.dispose();
    this.#idleTimer = null;
    if (this.#isDisposed) return;
    // Who has not shown the token needs nothing.
    if ([...this.#sessions].some((session) => session.isAuthenticated)) return;
    const waitMs = this.#state.runs.liveCount > 0 ? UNATTENDED_MS : IDLE_EXIT_MS;
    const { clock } = this.#options.services;
    this.#idleTimer = clock.after(waitMs, () => this.#options.onIdle());
  }
}
