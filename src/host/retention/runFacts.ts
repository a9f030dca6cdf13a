/** What the policy of retention asks of a run. */
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { errorText } from '../../base/errorText.ts';
import type { RetainedRun, RunNeeds } from '../../core/retention/planRetention.ts';
import type { Log } from '../../core/ports/log.ts';
import { isLive } from '../../protocol/view/summarizeRun.ts';
import type { ReviewService } from '../review/reviewService.ts';
import { isOwnerAlive, readOwner } from '../runs/runOwner.ts';
import type { RunService } from '../runs/runService.ts';
import { namesIn } from '../../node/namesIn.ts';
import { ifThere } from '../../node/ifThere.ts';
import { runDirectory } from '../adapters/store/runFolders.ts';

/** States of a run that stopped in the middle. */
const WAITING: readonly string[] = ['paused', 'interrupted'];

/** Files whose size is asked for at once. */
const STAT_BATCH = 64;

export interface RunFactsOptions {
  readonly stateDirectory: string;
  readonly runs: RunService;
  readonly reviews: ReviewService;
  readonly log: Log;
}

/** A folder among the runs that is not understood; it is never touched. */
export interface UnreadableRun {
  readonly runId: string;
  readonly reason: string;
}

export interface FoundRuns {
  readonly runs: readonly RetainedRun[];
  readonly unreadable: readonly UnreadableRun[];
}

/** Reads runs; remembers how large those were that have not changed. */
export class RunFacts {
  readonly #options: RunFactsOptions;
  readonly #sizes = new Map<string, { readonly stamp: number; readonly bytes: number }>();

  constructor(options: RunFactsOptions) {
    this.#options = options;
  }

  /** Every run of the workspace; stops early when the signal is aborted. */
  async all(signal: AbortSignal): Promise<FoundRuns> {
    const { stateDirectory, log } = this.#options;
    const runs: RetainedRun[] = [];
    const unreadable: UnreadableRun[] = [];
    for (const runId of await namesIn(path.join(stateDirectory, 'runs'))) {
      signal.throwIfAborted();
      try {
        runs.push(await this.#read(runId));
      } catch (error) {
        const found = { runId, reason: errorText(error) };
        log.warn('retention', 'left alone what cannot be read', found);
        unreadable.push(found);
      }
    }
    return { runs, unreadable };
  }

  /** What one run is needed for at this moment; rejects when it cannot be read. */
  async needs(runId: string): Promise<RunNeeds & Pick<RetainedRun, 'startedAt' | 'endedAt'>> {
    const { stateDirectory, runs, reviews } = this.#options;
    const owner = await readOwner(runDirectory(stateDirectory, runId));
    const view = await runs.view(runId);
    const { startedAt, endedAt, state } = view;
    const isActive = (owner !== null && (await isOwnerAlive(owner))) || isLive(view);
    // What lives may propose more at any moment.
    const isUnderReview = isActive || (await reviews.isUnderReview(runId));
    return { startedAt, endedAt, isActive, isUnderReview, isWaiting: WAITING.includes(state) };
  }

  async #read(runId: string): Promise<RetainedRun> {
    const needs = await this.needs(runId);
    return { runId, ...needs, bytes: await this.#bytes(runId) };
  }

  async #bytes(runId: string): Promise<number> {
    const directory = runDirectory(this.#options.stateDirectory, runId);
    // What is added later, such as a decision, changes the folder's own time or is small.
    const stamp = (await lstat(directory)).mtimeMs;
    const known = this.#sizes.get(runId);
    if (known?.stamp === stamp) return known.bytes;
    const bytes = await folderBytes(directory);
    this.#sizes.set(runId, { stamp, bytes });
    return bytes;
  }
}

/** Bytes of all files below a folder; links count as themselves. */
async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  let bytes = 0;
  for (let start = 0; start < entries.length; start += STAT_BATCH) {
    const batch = entries.slice(start, start + STAT_BATCH);
    const sizes = await Promise.all(batch.map((entry) => sizeOf(entry.parentPath, entry.name)));
    bytes += sizes.reduce((sum, size) => sum + size, 0);
  }
  return bytes;
}

async function sizeOf(folder: string, name: string): Promise<number> {
  // Drafts come and go.
  const stats = await ifThere(lstat(path.join(folder, name)));
  return stats === null || stats.isDirectory() ? 0 : stats.size;
}
