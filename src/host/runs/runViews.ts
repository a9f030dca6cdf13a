/** Reads the runs of a workspace from their folders, whoever runs them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '../../base/errorText.ts';
import type { Log } from '../../core/ports/log.ts';
import type { DurableRunEvent } from '../../protocol/events/runEvents.ts';
import { interruptView } from '../../protocol/view/interruptView.ts';
import { reduceRunEvents } from '../../protocol/view/reduceRun.ts';
import type { RunView } from '../../protocol/view/runView.ts';
import { isLive } from '../../protocol/view/summarizeRun.ts';
import { listRuns, runDirectory } from '../adapters/store/runFolders.ts';
import { readJournal } from '../adapters/store/readJournal.ts';
import { journalStamp } from './journalStamp.ts';
import type { LiveRun } from './liveRun.ts';
import { missingOr, RunMissingError } from './runErrors.ts';
import { isOwnerAlive, readOwner, type RunOwner } from './runOwner.ts';
import type { RunReader } from './runReader.ts';

export interface RunViewsOptions {
  readonly stateDirectory: string;
  readonly log: Log;
  /** The runs of this process; none in one that only reads. */
  readonly live?: (runId: string) => LiveRun | undefined;
}

export class RunViews implements RunReader {
  readonly #options: RunViewsOptions;
  /** Views of runs that have ended, with what their journals were like: another process may go on with them. */
  readonly #ended = new Map<string, { readonly view: RunView; readonly stamp: string }>();

  constructor(options: RunViewsOptions) {
    this.#options = options;
  }

  live(runId: string): LiveRun | undefined {
    return this.#options.live?.(runId);
  }

  /** Whoever only reads runs has none of its own to hear of. */
  listen(): { dispose(): void } {
    return { dispose: () => undefined };
  }

  async view(runId: string): Promise<RunView> {
    const live = this.live(runId);
    if (live !== undefined) {
      await live.begun;
      return live.engine.view;
    }
    const stamp = await journalStamp(this.#directory(runId));
    const known = this.#ended.get(runId);
    if (known?.stamp === stamp) return known.view;
    const events = await this.events(runId);
    const view = reduceRunEvents(null, events);
    if (view === null) throw new RunMissingError(`Run ${runId} never began.`);
    if (!isLive(view)) {
      this.#ended.set(runId, { view, stamp });
      return view;
    }
    if ((await this.ownerOf(runId)) !== null) return view;
    return interruptView(view, {
      endedAt: events.at(-1)?.at ?? view.startedAt,
      stateMessage: 'The host stopped in mid-run. Finished work is kept.',
    });
  }

  async events(runId: string): Promise<readonly DurableRunEvent[]> {
    try {
      return (await readJournal(this.#directory(runId))).events;
    } catch (cause) {
      throw missingOr(runId, cause);
    }
  }

  /** All runs, newest first; one whose journal can't be read is left out and logged. */
  async list(): Promise<readonly RunView[]> {
    const { stateDirectory, log } = this.#options;
    const views: RunView[] = [];
    for (const { runId } of await listRuns(stateDirectory)) {
      try {
        views.push(await this.view(runId));
      } catch (error) {
        log.warn('runs', 'unreadable', { runId, error: errorText(error) });
      }
    }
    return views;
  }

  /** A text file of a run's folder, such as script.js. */
  readFile(runId: string, name: string): Promise<string> {
    return readFile(join(this.#directory(runId), name), 'utf8');
  }

  /** The other living process that runs it; null when this one does, or none. */
  async ownerOf(runId: string): Promise<RunOwner | null> {
    const owner = await readOwner(this.#directory(runId));
    if (owner === null || owner.pid === process.pid) return null;
    return (await isOwnerAlive(owner)) ? owner : null;
  }

  #directory(runId: string): string {
    return runDirectory(this.#options.stateDirectory, runId);
  }
}
