import { listRuns } from '../host/adapters/store/runFolders.ts';
import { CliError, EXIT } from './exitCodes.ts';

/** Finds the run that a person means: an id, the beginning of one, or `last`. */
export async function findRun(
  workspace: { readonly services: { readonly stateDirectory: string } },
  name: string,
): Promise<string> {
  const ids = (await listRuns(workspace.services.stateDirectory)).map((run) => run.runId);
  if (name === 'last' && ids[0] !== undefined) return ids[0];
  const matches = ids.filter((id) => id === name || id.startsWith(name));
  if (matches.length === 1 && matches[0] !== undefined) return matches[0];
  const problem =
    matches.length === 0 ? `No run "${name}"` : `"${name}" matches ${matches.length} runs`;
  throw new CliError(EXIT.usage, `${problem}. "muster runs" lists them.`);
}
