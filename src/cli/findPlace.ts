import { resolve } from 'node:path';
import { scrubSecrets } from '../core/journal/scrubSecrets.ts';
import type { Log } from '../core/ports/log.ts';
import { createStreamLog } from '../host/adapters/system.ts';
import { locateWorkspace, WorkspaceError, type WorkspacePlace } from '../host/locateWorkspace.ts';
import type { CliContext, CommonOptions } from './cliContext.ts';
import { CliError, EXIT } from './exitCodes.ts';

/** The workspace that a command is about, and where it says what only a developer wants to know. */
export async function findPlace(
  ctx: CliContext,
  options: CommonOptions,
): Promise<WorkspacePlace & { readonly log: Log }> {
  const silent = { write: () => true };
  const isVerbose = ctx.env['MUSTER_LOG'] === '1';
  const log = createStreamLog(isVerbose ? ctx.stderr : silent, (line) => scrubSecrets(line, []));
  const named = {
    workspace: resolve(options.cwd ?? process.cwd()),
    stateDirectory: options.stateDir ?? null,
  };
  return { ...(await locateWorkspace(named).catch(asUsageError)), log };
}

/** A workspace that is not there was named wrongly; everything else is a fault. */
function asUsageError(error: unknown): never {
  if (error instanceof WorkspaceError) throw new CliError(EXIT.usage, error.message);
  throw error;
}
