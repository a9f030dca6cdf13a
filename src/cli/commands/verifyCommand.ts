/** `muster verify`: the commands of an earlier run on the workspace as it is now, after its changes were accepted. */
import { verifyAccepted } from '../../host/review/verifyAccepted.ts';
import type { CliContext } from '../cliContext.ts';
import type { ExitCode } from '../exitCodes.ts';
import { withWorkspace } from '../openWorkspace.ts';
import { followRun, type FollowOptions } from './followRun.ts';
import { findRun } from '../findRun.ts';

export interface VerifyOptions extends FollowOptions {
  readonly require: readonly string[];
  readonly unsandboxed?: boolean | undefined;
}

/** Resolves with the exit code of a run: 1 when a command does not pass. */
export async function verifyCommand(
  ctx: CliContext,
  name: string,
  options: VerifyOptions,
): Promise<ExitCode> {
  return withWorkspace(ctx, options, async (workspace) => {
    const runId = await findRun(workspace, name);
    const live = await verifyAccepted(workspace, runId, {
      requiredCommands: options.require,
      unsandboxed: options.unsandboxed === true,
      onGate: 'stop',
      signal: new AbortController().signal,
    });
    return followRun(ctx, { workspace, live, options });
  });
}
