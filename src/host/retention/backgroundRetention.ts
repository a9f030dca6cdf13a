/** Drops old runs while nobody waits for it: some time after a window said how many to keep, and after runs end. */
import { errorCode, errorText } from '../../base/errorText.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Log } from '../../core/ports/log.ts';
import type { RetentionConfig } from '../../protocol/host/hostRpc.ts';
import type { RunEvent } from '../../protocol/events/runEvents.ts';
import { MIN_COLLECT_MS, type PruneOptions, type PruneReport } from './retentionService.ts';

/** Time after which it begins: a window that opens, and a run that ends, have their own work first. */
export const RETENTION_DELAY_MS = 15_000;

/** Time after which it stops and leaves the rest to the next time: far more than thousands of runs take. */
const MAX_PRUNE_MS = 10 * 60_000;

export interface BackgroundRetentionOptions {
  readonly prune: (options: PruneOptions) => Promise<PruneReport>;
  readonly runs: { listen(listener: (event: RunEvent) => void): { dispose(): void } };
  readonly clock: Clock;
  readonly log: Log;
}

export class BackgroundRetention {
  readonly #options: BackgroundRetentionOptions;
  readonly #stop = new AbortController();
  readonly #listening: { dispose(): void };
  #limits: RetentionConfig | null = null;
  #timer: { dispose(): void } | null = null;
  #running: Promise<void> = Promise.resolve();
  #onDropped: (runIds: readonly string[]) => void = () => undefined;

  constructor(options: BackgroundRetentionOptions) {
    this.#options = options;
    this.#listening = options.runs.listen((event) => {
      if (event.type === 'run.ended') this.#schedule();
    });
  }

  /** Until this is called nothing is dropped: the user may want to keep more than others do. */
  configure(limits: RetentionConfig): void {
    this.#limits = limits;
    this.#schedule();
  }

  /** Calls back, instead of who did so before, when runs were dropped. */
  onDropped(listener: (runIds: readonly string[]) => void): void {
    this.#onDropped = listener;
  }

  /** Stops at the next step; what is half done is finished the next time. */
  async dispose(): Promise<void> {
    this.#listening.dispose();
    this.#timer?.dispose();
    this.#stop.abort(new Error('The host ends.'));
    await this.#running;
  }

  #schedule(): void {
    if (this.#stop.signal.aborted) return;
    this.#timer?.dispose();
    this.#timer = this.#options.clock.after(RETENTION_DELAY_MS, () => {
      this.#running = this.#running.then(() => this.#prune());
    });
  }

  /** Never rejects. */
  async #prune(): Promise<void> {
    const limits = this.#limits;
    if (limits === null || this.#stop.signal.aborted) return;
    const { prune, clock, log } = this.#options;
    const late = new AbortController();
    const timer = clock.after(MAX_PRUNE_MS, () => late.abort(new Error('It took too long.')));
    try {
      const signal = AbortSignal.any([this.#stop.signal, late.signal]);
      const report = await prune({ limits, signal, minCollectMs: MIN_COLLECT_MS });
      logReport(log, report);
      const runIds = report.dropped.map(({ runId }) => runId);
      if (runIds.length > 0) this.#onDropped(runIds);
    } catch (error) {
      // Another process is at it: its work is as good.
      const isBusy = errorCode(error) === 'locked';
      log[isBusy ? 'info' : 'error']('retention', 'not done', { error: errorText(error) });
    } finally {
      timer.dispose();
    }
  }
}

function logReport(log: Log, report: PruneReport): void {
  const { dropped, refused, unreadable, failed, left, objects } = report;
  log.info('retention', 'done', {
    dropped: dropped.length,
    refused: refused.length,
    unreadable: unreadable.length,
    failed: failed.length,
    runs: left.runs,
    bytes: left.bytes,
    objects,
  });
}
