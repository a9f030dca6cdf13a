import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { scrubSecrets } from '../../../core/journal/scrubSecrets.ts';
import type { Clock } from '../../../core/ports/clock.ts';
import type { RunStore, TranscriptWriter } from '../../../core/ports/runStore.ts';
import { BlobFiles } from './blobFiles.ts';
import { JournalFile } from './journalFile.ts';
import { TranscriptFile } from './transcriptFile.ts';

export interface RunFolderOptions {
  readonly stateDirectory: string;
  readonly runId: string;
  readonly clock: Clock;
  /** Keys in use, which must never be on disk. */
  readonly secrets: readonly string[];
}

/** The folder of a run, `runs/<run-id>` in the state root. */
export function runDirectory(stateDirectory: string, runId: string): string {
  return join(stateDirectory, 'runs', runId);
}

/** Makes the folder of a new run and opens its journal. */
export async function createRunFolder(options: RunFolderOptions): Promise<RunStore> {
  const { stateDirectory, runId, clock, secrets } = options;
  const directory = runDirectory(stateDirectory, runId);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const scrub = (text: string): string => scrubSecrets(text, secrets);
  const path = join(directory, 'journal.jsonl');
  const journal = await JournalFile.create({ path, runId, clock, scrub });
  const padded = (number: number): string => String(number).padStart(4, '0');
  return {
    ...{ runId, directory, journal },
    blobs: new BlobFiles(join(directory, 'blobs')),
    openTranscript: (agentId): TranscriptWriter =>
      new TranscriptFile(join(directory, 'agents', padded(agentId)), scrub),
    verifyLogPath: async (verifyId) => {
      const folder = join(directory, 'verify', padded(verifyId));
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return join(folder, 'output.log');
    },
    writeFile: (name, text) => writeWhole(join(directory, name), scrub(text)),
    dispose: () => journal.close(),
  };
}

/** Reads a text file of a run's folder. */
export function readRunFile(stateDirectory: string, runId: string, name: string): Promise<string> {
  return readFile(join(runDirectory(stateDirectory, runId), name), 'utf8');
}

async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.tmp`, text, { mode: 0o600, flush: true });
  await rename(`${path}.tmp`, path);
}
