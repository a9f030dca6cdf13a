import type { Disposable } from '../../base/disposables.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import type { Storage } from '../shared/storage.ts';

const STORAGE_KEY = 'muster.seenRuns';
/** Runs that are remembered as seen: as many as a workspace keeps runs. */
const MAX_SEEN = 50;

/** The ended runs that the user has looked at, so that a failure stops asking for attention. */
export class SeenRuns implements Disposable {
  readonly #storage: Storage;
  readonly #changed = new Emitter<void>();
  #runIds: readonly string[];
  readonly onDidChange: Event<void> = this.#changed.event;

  constructor(storage: Storage) {
    this.#storage = storage;
    const stored = storage.get(STORAGE_KEY);
    this.#runIds = Array.isArray(stored) ? stored.filter((id) => typeof id === 'string') : [];
  }

  has(runId: string): boolean {
    return this.#runIds.includes(runId);
  }

  /** Remembers a run as seen. */
  async add(runId: string): Promise<void> {
    if (this.has(runId)) return;
    this.#runIds = [...this.#runIds, runId].slice(-MAX_SEEN);
    this.#changed.fire();
    await this.#storage.update(STORAGE_KEY, this.#runIds);
  }

  /** A run that goes on will end anew, and is then unseen. */
  async remove(runId: string): Promise<void> {
    if (!this.has(runId)) return;
    this.#runIds = this.#runIds.filter((id) => id !== runId);
    this.#changed.fire();
    await this.#storage.update(STORAGE_KEY, this.#runIds);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
