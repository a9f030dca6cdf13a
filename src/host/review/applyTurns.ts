/**
 * Turns at the workspace: who plans an accept or an undo has the workspace's apply lock until the outcome is
 * recorded, so that no two processes, windows or runs write one hunk twice or one file at the same moment.
 */
import { APPLY_LIMIT_MS } from '../../apply/applyLimits.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Log } from '../../core/ports/log.ts';
import { APPLY_LOCK_WAIT_MS, applyLockFile } from '../adapters/locks/lockFiles.ts';
import { takeLock, tryLock, withLock, type HeldLock } from '../adapters/locks/processLock.ts';

/** Time in which a window reports what it wrote: after this it begins no more writes, and the last is done. */
const MAX_TURN_MS = APPLY_LIMIT_MS + 30_000;

interface Turn {
  readonly lock: HeldLock;
  readonly timer: { dispose(): void };
}

export class ApplyTurns {
  readonly #stateDirectory: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #turns = new Map<string, Turn>();

  constructor(services: {
    readonly stateDirectory: string;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#stateDirectory = services.stateDirectory;
    this.#clock = services.clock;
    this.#log = services.log;
  }

  /** Does what is over when it settles, such as a reject. */
  run<T>(task: () => Promise<T>): Promise<T> {
    return withLock(this.#request(), task);
  }

  /** Does something if nobody has the turn just now; null when somebody has, and nothing was done. */
  async tryRun<T>(task: () => Promise<T>): Promise<T | null> {
    const result = await tryLock(this.#request());
    if (result.type === 'held') return null;
    try {
      return await task();
    } finally {
      await result.lock.release();
    }
  }

  /** Plans something; while it has writes to carry out, the turn goes on until `end` is called for its decision. */
  async begin<T extends { readonly decisionId: string; readonly writes: readonly unknown[] }>(
    plan: () => Promise<T>,
  ): Promise<T> {
    const lock = await takeLock(this.#request());
    try {
      const planned = await plan();
      if (planned.writes.length === 0) await lock.release();
      else this.#keep(planned.decisionId, lock);
      return planned;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** Lets the next one in; does nothing for a turn that is over. */
  async end(decisionId: string): Promise<void> {
    const turn = this.#turns.get(decisionId);
    if (turn === undefined) return;
    this.#turns.delete(decisionId);
    turn.timer.dispose();
    await turn.lock.release();
  }

  /** Ends every turn: nobody will report any more. */
  async dispose(): Promise<void> {
    for (const decisionId of [...this.#turns.keys()]) await this.end(decisionId);
  }

  #keep(decisionId: string, lock: HeldLock): void {
    const timer = this.#clock.after(MAX_TURN_MS, () => {
      this.#log.warn('review', 'gave up waiting for what was written', { decisionId });
      this.end(decisionId).catch((error: unknown) => {
        this.#log.error('review', 'cannot give the lock back', { error: String(error) });
      });
    });
    this.#turns.set(decisionId, { lock, timer });
  }

  #request(): { readonly file: string; readonly purpose: string; readonly waitMs: number } {
    const file = applyLockFile(this.#stateDirectory);
    return { file, purpose: 'decide about proposals', waitMs: APPLY_LOCK_WAIT_MS };
  }
}
