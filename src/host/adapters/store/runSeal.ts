/** seal.json: what a run's journal and texts were when it was closed, so that a change of the last line shows. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { errorText } from '../../../base/errorText.ts';
import { readSeal, Seal, SEAL_FILE } from '../../../core/evidence/audit/seals.ts';
import type { Log } from '../../../core/ports/log.ts';
import { writeDurably } from '../durableFiles.ts';
import { ifThere } from '../../../node/ifThere.ts';
import { sha256Hex } from '../../../node/sha256Hex.ts';

export interface RunSeal {
  /** A text of the run's own was written. */
  note(name: string, text: string): void;
  /** Writes the seal of a journal that is closed; a failure is logged, for the run itself is whole. */
  write(journal: { sealedHead(): { readonly seq: number; readonly head: string } }): Promise<void>;
}

/** Goes on from the seal of earlier sessions. */
export async function openSeal(directory: string, log: Log): Promise<RunSeal> {
  const file = path.join(directory, SEAL_FILE);
  const files = new Map(Object.entries((await readEarlier(file))?.files ?? {}));
  return {
    note: (name, text) => {
      files.set(name, sha256Hex(text));
    },
    write: async (journal) => {
      const names = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
      const seal: Seal = { v: 1, ...journal.sealedHead(), files: Object.fromEntries(names) };
      try {
        await writeDurably(file, JSON.stringify(seal));
      } catch (error) {
        log.warn('store', 'run not sealed', { file, reason: errorText(error) });
      }
    },
  };
}

// A seal that is damaged is for the audit to find; a run goes on without it.
async function readEarlier(file: string): Promise<Seal | null> {
  const bytes = await ifThere(readFile(file));
  return bytes === null ? null : readSeal(Seal, bytes);
}
