/** Where the runs of a workspace are. */
import path from 'node:path';
import { modifiedAtMs } from '../../../node/modifiedAtMs.ts';
import { namesIn } from '../../../node/namesIn.ts';

/** The file in a run's folder by which the folder is a run. */
export const JOURNAL_NAME = 'journal.jsonl';

/** The folder of a run. */
export function runDirectory(stateDirectory: string, runId: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/u.test(runId)) {
    throw new Error(`"${runId}" is not a run id.`);
  }
  return path.join(stateDirectory, 'runs', runId);
}

export interface ListedRun {
  readonly runId: string;
  readonly directory: string;
  /** When its journal was last written, in milliseconds since the epoch. */
  readonly changedAtMs: number;
}

/** Every run of a workspace, the one that changed last first. */
export async function listRuns(stateDirectory: string): Promise<readonly ListedRun[]> {
  const folder = path.join(stateDirectory, 'runs');
  const names = await namesIn(folder);
  const listed = await Promise.all(
    names.map(async (runId) => {
      const directory = path.join(folder, runId);
      const changedAtMs = await modifiedAtMs(path.join(directory, JOURNAL_NAME));
      return changedAtMs === null ? [] : [{ runId, directory, changedAtMs }];
    }),
  );
  return listed.flat().sort((a, b) => b.changedAtMs - a.changedAtMs);
}
