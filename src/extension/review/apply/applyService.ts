/**
 * The only code of the extension that writes to the workspace. It carries out an apply plan that
 * the host computed: compare, write, read back, report. It decides nothing.
 */
import { errorText } from '../../../base/errorText.ts';
import { Mutex } from '../../../base/mutex.ts';
import type { ApplyPlan, PlannedWrite, WriteOutcome } from '../../../protocol/proposals.ts';
import { t } from '../../shared/localize.ts';
import { replaceFile, sha256OrNull } from '../../../apply/replaceFile.ts';
import { resolveTarget, type Target } from '../../../apply/resolveTarget.ts';

/** Files written at a time: enough to hide the disk's waits, few enough to keep the editor smooth. */
const parallelWrites = 8;

/** A file that an editor holds with unsaved changes. */
export interface DirtyDocument {
  /**
   * Changes the text by a minimal edit if saving it would write what is expected, and leaves it
   * unsaved; answers with the reason when it did not.
   */
  replace(expectedSha256: string | null, newBytes: Uint8Array): Promise<string | null>;
}

/** What the service needs to know of the editor. */
export interface ApplyServiceOptions {
  /** The folder that plans' paths are relative to; null when none is open. */
  readonly folder: () => string | null;
  readonly findDirty: (files: readonly string[]) => DirtyDocument | null;
}

/** Carries out apply plans, one write per file at a time. */
export class ApplyService {
  readonly #options: ApplyServiceOptions;
  readonly #queues = new Map<string, FileQueue>();

  constructor(options: ApplyServiceOptions) {
    this.#options = options;
  }

  /** Writes what the plan says; one file's refusal or failure never stops the others. */
  async carryOut(plan: ApplyPlan): Promise<readonly WriteOutcome[]> {
    const outcomes: WriteOutcome[] = [];
    const waiting = [...plan.writes];
    const work = async () => {
      for (let write = waiting.shift(); write !== undefined; write = waiting.shift()) {
        outcomes.push(await this.#carryOutOne(write));
      }
    };
    await Promise.all(Array.from({ length: Math.min(parallelWrites, waiting.length) }, work));
    return outcomes;
  }

  async #carryOutOne(write: PlannedWrite): Promise<WriteOutcome> {
    const { path } = write;
    try {
      const reason = await this.#queued(path, () => this.#write(write));
      return reason === null ? { type: 'written', path } : { type: 'refused', path, reason };
    } catch (error) {
      return { type: 'refused', path, reason: errorText(error) };
    }
  }

  async #queued<T>(path: string, task: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(path) ?? { mutex: new Mutex(), users: 0 };
    this.#queues.set(path, queue);
    queue.users += 1;
    try {
      return await queue.mutex.run(task);
    } finally {
      queue.users -= 1;
      if (queue.users === 0) this.#queues.delete(path);
    }
  }

  async #write(write: PlannedWrite): Promise<string | null> {
    const folder = this.#options.folder();
    if (folder === null) return t('No folder is open.');
    const newBytes = decode(write);
    if (newBytes === 'damaged') return t('The proposed bytes arrived damaged.');
    const target = await resolveTarget(folder, write.path);
    if (target.type === 'refused') return target.reason;
    const dirty = this.#options.findDirty([target.file, target.realFile]);
    if (dirty !== null) {
      return newBytes === null
        ? t('The file has unsaved changes. Save or revert them first.')
        : dirty.replace(write.expectedSha256, newBytes);
    }
    return writeClosed(target, write, newBytes);
  }
}

interface FileQueue {
  readonly mutex: Mutex;
  users: number;
}

function decode(write: PlannedWrite): Uint8Array | null | 'damaged' {
  const { newBytesBase64, newSha256 } = write;
  const bytes = newBytesBase64 === null ? null : Buffer.from(newBytesBase64, 'base64');
  return sha256OrNull(bytes) === newSha256 ? bytes : 'damaged';
}

async function writeClosed(
  target: Extract<Target, { type: 'target' }>,
  write: PlannedWrite,
  newBytes: Uint8Array | null,
): Promise<string | null> {
  const { expectedSha256, mode } = write;
  return replaceFile({ file: target.realFile, expectedSha256, newBytes, mode });
}
