import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { collectedAtMs, collectObjects } from './collectObjects.ts';
import type { ShadowRepository } from './shadowRepository.ts';
import { tidyShadow } from './shadowUse.ts';
import { namesIn } from '../../../../node/namesIn.ts';
import { modifiedAtMs } from '../../../../node/modifiedAtMs.ts';
import { exists } from '../../../../node/exists.ts';

/** Where takeSnapshot puts its refs. */
const RUN_REFS = 'refs/muster/runs';

/** A snapshot's ref. */
export interface SnapshotRef {
  /** The run's id, or that of a plan, an estimate or a search, with the prefix that says so. */
  readonly name: string;
  /** When the snapshot was taken, in milliseconds since the epoch. */
  readonly takenAtMs: number;
}

/** What came of a collection. */
export type Collected = 'collected' | 'nothing' | 'busy' | 'stopped';

/** Takes what is not needed any more out of the shadow repository of a workspace; never creates one. */
export class ShadowKeeper {
  readonly #shadow: ShadowRepository;
  readonly #stateDirectory: string;

  constructor(shadow: ShadowRepository, stateDirectory: string) {
    this.#shadow = shadow;
    this.#stateDirectory = stateDirectory;
  }

  /** The refs of all snapshots. */
  async refs(): Promise<readonly SnapshotRef[]> {
    const folder = path.join(this.#shadow.gitDir, RUN_REFS);
    const names = await namesIn(folder);
    const refs = await Promise.all(
      names.map(async (name) => {
        const takenAtMs = await modifiedAtMs(path.join(folder, name));
        return takenAtMs === null || name.endsWith('.lock') ? [] : [{ name, takenAtMs }];
      }),
    );
    return refs.flat();
  }

  /** Deletes refs, and remembers durably that their objects are to be collected; those that are not there are fine. */
  async dropRefs(names: readonly string[]): Promise<void> {
    if (!(await exists(this.#shadow.gitDir))) return;
    // First: a process that is killed in between leaves a collection that is not needed, never one forgotten.
    await writeFile(this.#dueFile, '');
    for (const name of names) {
      await this.#shadow.git(['update-ref', '--no-deref', '-d', `${RUN_REFS}/${name}`]);
    }
  }

  /** Takes out the objects of dropped refs, if there are any; gives way to everybody who uses the repository. */
  async collect(options: {
    readonly signal: AbortSignal;
    /** Time since the last collection before which nothing is done. */
    readonly minAgeMs: number;
  }): Promise<Collected> {
    const { signal, minAgeMs } = options;
    if ((await modifiedAtMs(this.#dueFile)) === null) return 'nothing';
    const lastMs = await collectedAtMs(this.#shadow);
    if (lastMs !== null && Math.abs(Date.now() - lastMs) < minAgeMs) return 'nothing';
    if (signal.aborted) return 'stopped';
    return this.#tidy(signal);
  }

  async #tidy(signal: AbortSignal): Promise<Collected> {
    try {
      const tidied = await tidyShadow(this.#stateDirectory, async (giveWay) => {
        await collectObjects(this.#shadow, AbortSignal.any([giveWay, signal]));
        await rm(this.#dueFile, { force: true });
      });
      return tidied.type === 'done' ? 'collected' : 'busy';
    } catch (error) {
      if (signal.aborted) return 'stopped';
      throw error;
    }
  }

  get #dueFile(): string {
    return path.join(this.#shadow.gitDir, 'muster-collect-due');
  }
}
