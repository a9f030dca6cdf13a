import { resolve } from 'node:path';
import { Disposables } from '../base/disposables.ts';
import { scrubSecrets } from '../core/journal/scrubSecrets.ts';
import { createStreamLog } from '../host/adapters/system.ts';
import { createHostServices, WorkspaceError, type HostServices } from '../host/hostServices.ts';
import type { ReviewService } from '../host/review/reviewService.ts';
import { createControlledRuns } from '../host/rpc/controlSocket.ts';
import type { RunService } from '../host/runs/runService.ts';
import type { CliContext, CommonOptions } from './cliContext.ts';
import { CliError, EXIT } from './exitCodes.ts';
import { listRuns } from '../host/adapters/store/runFolders.ts';

/** The host's own services, in this process. */
export interface Workspace {
  readonly services: HostServices;
  readonly runs: RunService;
  readonly reviews: ReviewService;
}

/** Opens a workspace for one command and closes it afterwards. */
export async function withWorkspace<T>(
  ctx: CliContext,
  options: CommonOptions,
  task: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  const silent = { write: () => true };
  const isVerbose = ctx.env['MUSTER_LOG'] === '1';
  const services = await createHostServices({
    workspace: resolve(options.cwd ?? process.cwd()),
    stateDirectory: options.stateDir ?? null,
    distDirectory: ctx.distDirectory,
    log: createStreamLog(isVerbose ? ctx.stderr : silent, (line) => scrubSecrets(line, [])),
  }).catch(asUsageError);
  const open = new Disposables();
  open.onDispose(() => services.dispose());
  try {
    const { runs, reviews } = open.register(createControlledRuns(services));
    return await task({ services, runs, reviews });
  } finally {
    await open.dispose();
  }
}

/** A workspace that is not there was named wrongly; everything else is a fault. */
function asUsageError(error: unknown): never {
  if (error instanceof WorkspaceError) throw new CliError(EXIT.usage, error.message);
  throw error;
}

/** Finds the run that a person means: an id, the beginning of one, or `last`. */
export async function findRun(workspace: Workspace, name: string): Promise<string> {
  const ids = (await listRuns(workspace.services.stateDirectory)).map((run) => run.runId);
  if (name === 'last' && ids[0] !== undefined) return ids[0];
  const matches = ids.filter((id) => id === name || id.startsWith(name));
  if (matches.length === 1 && matches[0] !== undefined) return matches[0];
  const problem =
    matches.length === 0 ? `No run "${name}"` : `"${name}" matches ${matches.length} runs`;
  throw new CliError(EXIT.usage, `${problem}. "muster runs" lists them.`);
}
