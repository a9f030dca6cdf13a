/** `muster resume`: goes on with an earlier run from its journal. */
import { checkScript } from '../../core/script/checkScript.ts';
import { withChildCommands } from '../../host/plans/childCommands.ts';
import { plural } from '../../base/format.ts';
import { summarizeRun } from '../../protocol/view/summarizeRun.ts';
import { askYesNo, chooseProvider, type ProviderOptions } from '../chooseProvider.ts';
import type { CliContext } from '../cliContext.ts';
import { CliError, EXIT, type ExitCode } from '../exitCodes.ts';
import { withWorkspace, type Workspace } from '../openWorkspace.ts';
import { changeLimits, type LimitOptions } from '../parseOptions.ts';
import { printDiagnostics } from './checkCommand.ts';
import { goOnElsewhere } from './controlCommands.ts';
import { followRun, type FollowOptions } from './followRun.ts';
import { readText } from '../readInput.ts';
import { approvePlan, readOnGate, readSetup } from './runCommand.ts';
import { findRun } from '../findRun.ts';

export interface ResumeOptions extends FollowOptions, LimitOptions, ProviderOptions {
  readonly script?: string | undefined;
  readonly budget?: number | undefined;
  readonly allowCommand: readonly string[];
  readonly setup?: string | undefined;
  readonly require: readonly string[];
  readonly unsandboxed?: boolean | undefined;
  readonly yes?: boolean | undefined;
  readonly onGate?: string | undefined;
}

/** Resolves with the exit code. What the run was approved for once holds, unless the script was edited. */
export async function resumeCommand(
  ctx: CliContext,
  name: string,
  options: ResumeOptions,
): Promise<ExitCode> {
  const setupCommand = readSetup(options);
  return withWorkspace(ctx, options, async (workspace) => {
    const runId = await findRun(workspace, name);
    const owner = await workspace.runs.ownerOf(runId);
    if (owner !== null) return goOnElsewhere(ctx, { runId, owner, options });
    const earlier = await workspace.runs.view(runId);
    const provider = await chooseProvider(ctx, {
      ...options,
      provider: options.provider ?? earlier.provider,
      model: options.model ?? earlier.model,
    });
    const script = options.script === undefined ? null : await readText(options.script);
    const edited =
      script === null ? null : await approveEdited(ctx, { options, script, workspace });
    await confirmReruns(ctx, options, summarizeRun(earlier).rerunsUnsandboxed);
    const live = await workspace.runs.resume(runId, {
      script,
      provider,
      limits: changeLimits(earlier.limits, options),
      approvedCommands: edited?.commands ?? null,
      unsandboxed: options.unsandboxed === true ? true : (edited?.unsandboxed ?? null),
      allowedCommands: options.allowCommand,
      setupCommand,
      requiredCommands: options.require.length === 0 ? null : options.require,
      budgetTokens: options.budget ?? null,
      onLimit: 'stop',
      onGate: readOnGate(options),
    });
    return followRun(ctx, { workspace, live, options });
  });
}

/** Rejects unless agents may do again what they did with the user's rights. */
async function confirmReruns(
  ctx: CliContext,
  { yes }: Pick<ResumeOptions, 'yes'>,
  count: number,
): Promise<void> {
  if (count === 0 || yes === true) return;
  const what = `${plural(count, 'agent')} ran commands without a sandbox and will run again. Anything those commands did may happen twice.`;
  const isInteractive = ctx.stdin.isTTY === true && ctx.stderr.isTTY === true;
  if (isInteractive && (await askYesNo(ctx, `${what} Resume?`))) return;
  throw new CliError(EXIT.usage, `${what} Pass --yes to resume anyway.`);
}

async function approveEdited(
  ctx: CliContext,
  edited: {
    readonly options: ResumeOptions;
    readonly script: string;
    readonly workspace: Workspace;
  },
): Promise<{ readonly commands: readonly string[]; readonly unsandboxed: boolean }> {
  const { options, script, workspace } = edited;
  const { signal } = new AbortController();
  const checked = checkScript(script);
  const { ok, meta, commands, diagnostics } = await withChildCommands(workspace.services, checked, {
    signal,
  });
  const file = options.script ?? '';
  if (!ok || meta === null) {
    printDiagnostics(ctx.stderr, file, diagnostics);
    throw new CliError(EXIT.usage, `${file} did not pass the check. Nothing ran.`);
  }
  const sandbox = (): Promise<string> => workspace.services.commands.sandbox();
  const plan = { name: meta.name, commands, sandbox };
  return { commands, unsandboxed: await approvePlan(ctx, options, plan) };
}
