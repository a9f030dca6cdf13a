/** Drops old runs of a workspace, one process at a time, and what their snapshots held. */
import path from 'node:path';
import { errorText } from '../../base/errorText.ts';
import {
  keepReason,
  planRetention,
  type RetainedRun,
  type RetentionPlan,
} from '../../core/retention/planRetention.ts';
import type { RetentionConfig } from '../../protocol/host/hostRpc.ts';
import { ShadowKeeper, type Collected } from '../adapters/git/shadow/shadowKeeper.ts';
import { ShadowRepository } from '../adapters/git/shadow/shadowRepository.ts';
import { retentionLockFile } from '../adapters/locks/lockFiles.ts';
import { heldError, tryLock } from '../adapters/locks/processLock.ts';
import type { HostServices } from '../hostServices.ts';
import type { ReviewService } from '../review/reviewService.ts';
import type { RunService } from '../runs/runService.ts';
import { finishDropping, takeRunOut, type DropRefusal } from './dropRun.ts';
import { RunFacts, type UnreadableRun } from './runFacts.ts';
import { exists } from '../../node/exists.ts';

/** Age of a snapshot that belongs to no run: plans, estimates and starts are done with theirs in minutes. */
const MAX_STRAY_MS = 24 * 60 * 60_000;

/** Least time between two collections that nobody asked for: each copies all that is kept. */
export const MIN_COLLECT_MS = 6 * 60 * 60_000;

export interface RefusedRun {
  readonly run: RetainedRun;
  readonly reason: DropRefusal;
}

/** What was, or would be, dropped, and what stays although it is beyond the limits. */
export interface PruneReport {
  readonly dropped: readonly RetainedRun[];
  readonly refused: readonly RefusedRun[];
  readonly unreadable: readonly UnreadableRun[];
  /** Runs that could not be dropped, and why. */
  readonly failed: readonly UnreadableRun[];
  readonly left: { readonly runs: number; readonly bytes: number };
  /** What became of the objects of dropped snapshots. */
  readonly objects: Collected;
}

export interface PruneOptions {
  readonly limits: RetentionConfig;
  readonly signal: AbortSignal;
  /** See MIN_COLLECT_MS; 0 where somebody asked for it. */
  readonly minCollectMs: number;
}

export class RetentionService {
  readonly #services: HostServices;
  readonly #facts: RunFacts;
  readonly #keeper: ShadowKeeper;

  constructor(services: HostServices, runs: RunService, reviews: ReviewService) {
    const { stateDirectory, log } = services;
    this.#services = services;
    this.#facts = new RunFacts({ stateDirectory, runs, reviews, log });
    const shadow = new ShadowRepository(stateDirectory, process.env);
    this.#keeper = new ShadowKeeper(shadow, stateDirectory);
  }

  /** What prune would do now; changes nothing. */
  async preview({ limits, signal }: Omit<PruneOptions, 'minCollectMs'>): Promise<PruneReport> {
    const { unreadable, plan } = await this.#plan(limits, signal);
    const { drop: dropped, refused, left } = plan;
    return { dropped, refused, unreadable, failed: [], left, objects: 'nothing' };
  }

  /** Drops what the limits leave no room for; rejects with a LockError while another process does so. */
  async prune(options: PruneOptions): Promise<PruneReport> {
    const file = retentionLockFile(this.#services.stateDirectory);
    const request = { file, purpose: 'drop old runs' };
    const claimed = await tryLock(request);
    if (claimed.type === 'held') throw heldError(request, claimed.by);
    try {
      return await this.#pruneLocked(options);
    } finally {
      await claimed.lock.release();
    }
  }

  async #pruneLocked({ limits, signal, minCollectMs }: PruneOptions): Promise<PruneReport> {
    // What a killed process left counts for nothing any more, and takes room.
    await finishDropping({ ...this.#services, keeper: this.#keeper });
    const { unreadable, plan } = await this.#plan(limits, signal);
    const { dropped, refused, failed } = await this.#dropAll(plan, signal);
    await this.#dropStrays();
    const objects = await this.#keeper.collect({ signal, minAgeMs: minCollectMs });
    const notDropped = plan.drop.filter((run) => !dropped.includes(run));
    const left = {
      runs: plan.left.runs + notDropped.length,
      bytes: notDropped.reduce((sum, run) => sum + run.bytes, plan.left.bytes),
    };
    return { dropped, refused: [...plan.refused, ...refused], unreadable, failed, left, objects };
  }

  async #plan(
    limits: RetentionConfig,
    signal: AbortSignal,
  ): Promise<{ readonly unreadable: readonly UnreadableRun[]; readonly plan: RetentionPlan }> {
    const { runs, unreadable } = await this.#facts.all(signal);
    return { unreadable, plan: planRetention(runs, limits, this.#services.clock.nowMs()) };
  }

  async #dropAll(
    { drop }: RetentionPlan,
    signal: AbortSignal,
  ): Promise<Pick<PruneReport, 'dropped' | 'refused' | 'failed'>> {
    const dropped: RetainedRun[] = [];
    const refused: RefusedRun[] = [];
    const failed: UnreadableRun[] = [];
    for (const run of drop) {
      if (signal.aborted) break;
      try {
        const reason = await this.#drop(run);
        if (reason === null) dropped.push(run);
        else refused.push({ run, reason });
      } catch (error) {
        const { runId } = run;
        this.#services.log.error('retention', 'cannot drop', { runId, error: errorText(error) });
        failed.push({ runId, reason: errorText(error) });
      }
    }
    return { dropped, refused, failed };
  }

  async #drop({ runId, bytes }: RetainedRun): Promise<DropRefusal | null> {
    const { stateDirectory, clock, log } = this.#services;
    const mustStay = async (): Promise<DropRefusal | null> =>
      keepReason(await this.#facts.needs(runId), clock.nowMs());
    const refusal = await takeRunOut(runId, { stateDirectory, mustStay });
    if (refusal !== null) return refusal;
    log.info('retention', 'dropped', { runId, bytes });
    await finishDropping({ ...this.#services, keeper: this.#keeper });
    return null;
  }

  /** Snapshots of plans, estimates and searches, and of runs that never came to have a folder. */
  async #dropStrays(): Promise<void> {
    const { stateDirectory, clock } = this.#services;
    const strays: string[] = [];
    for (const { name, takenAtMs } of await this.#keeper.refs()) {
      if (clock.nowMs() - takenAtMs < MAX_STRAY_MS) continue;
      if (!(await exists(path.join(stateDirectory, 'runs', name)))) strays.push(name);
    }
    if (strays.length > 0) await this.#keeper.dropRefs(strays);
  }
}
