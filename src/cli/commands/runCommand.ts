/** `muster run`: a request or a script becomes a run; the exit code says what came of it. */
import { checkScript } from '../../core/script/checkScript.ts';
import { withChildCommands } from '../../host/plans/childCommands.ts';
import { estimateWorkflow } from '../../host/plans/estimateService.ts';
import type { ProviderConfig } from '../../protocol/host/hostRpc.ts';
import type { ScriptCheck } from '../../protocol/plan.ts';
import type { RunLimits } from '../../protocol/runLimits.ts';
import { askYesNo, chooseProvider, type ProviderOptions } from '../chooseProvider.ts';
import type { CliContext } from '../cliContext.ts';
import { CliError, EXIT, type ExitCode } from '../exitCodes.ts';
import { withWorkspace, type Workspace } from '../openWorkspace.ts';
import { readLimits, type LimitOptions } from '../parseOptions.ts';
import { printDiagnostics } from './checkCommand.ts';
import { makeDraft, type Draft } from './makeDraft.ts';
import { estimateCommand, showEstimate } from './estimateCommand.ts';
import { followRun, type FollowOptions } from './followRun.ts';
import { readArgs, type ArgsOptions } from '../readInput.ts';

export interface RunOptions extends FollowOptions, LimitOptions, ProviderOptions, ArgsOptions {
  readonly script?: string | undefined;
  readonly workflow?: string | undefined;
  readonly budget?: number | undefined;
  readonly allowCommand: readonly string[];
  readonly setup?: string | undefined;
  readonly require: readonly string[];
  readonly unsandboxed?: boolean | undefined;
  readonly yes?: boolean | undefined;
  /** Check and estimate only. */
  readonly dryRun?: boolean | undefined;
  readonly onGate?: string | undefined;
}

/** Runs to the end and resolves with the exit code. */
export async function runCommand(
  ctx: CliContext,
  request: string | undefined,
  options: RunOptions,
): Promise<ExitCode> {
  checkUsage(request, options);
  // Neither a key nor an approval is needed for what runs nothing.
  if (options.dryRun === true && request === undefined) return estimateCommand(ctx, options);
  const limits = readLimits(options);
  const argsJson = await readArgs(options);
  const setupCommand = readSetup(options);
  const provider = await chooseProvider(ctx, options);
  return withWorkspace(ctx, options, async (workspace) => {
    const draft = await makeDraft(ctx, { workspace, request, options, provider });
    if (draft === null) return EXIT.failed;
    const { signal } = new AbortController();
    const checked = checkScript(draft.script);
    const check = await withChildCommands(workspace.services, checked, { signal });
    const { fileName } = draft;
    if (!check.ok) {
      printDiagnostics(ctx.stderr, fileName, check.diagnostics);
      throw new CliError(EXIT.usage, `${fileName} did not pass the check. Nothing ran.`);
    }
    if (options.dryRun === true) {
      const estimated = { workspace, draft, check, argsJson, limits, provider };
      return showDryRun(ctx, options, estimated);
    }
    const { commands } = check;
    const sandbox = (): Promise<string> => workspace.services.commands.sandbox();
    const name = check.meta?.name ?? fileName;
    const listed = setupCommand === null ? commands : [setupCommand, ...commands];
    const unsandboxed = await approvePlan(ctx, options, { name, commands: listed, sandbox });
    const live = await workspace.runs.start(
      {
        request: draft.request,
        script: draft.script,
        argsJson,
        limits,
        provider,
        approvedCommands: commands,
        allowedCommands: options.allowCommand,
        setupCommand,
        requiredCommands: options.require,
        unsandboxed,
        budgetTokens: options.budget ?? null,
        onLimit: 'stop',
        onGate: readOnGate(options),
        estimate: draft.estimate,
      },
      signal,
    );
    return followRun(ctx, { workspace, live, options });
  });
}

/** Says what the plan would start, and starts nothing. */
async function showDryRun(
  ctx: CliContext,
  options: RunOptions,
  planned: {
    readonly workspace: Workspace;
    readonly draft: Draft;
    readonly check: ScriptCheck;
    readonly argsJson: string | null;
    readonly limits: RunLimits;
    readonly provider: ProviderConfig;
  },
): Promise<ExitCode> {
  const { workspace, draft, check, argsJson, limits, provider } = planned;
  const { client } = workspace.services.models.governorFor(provider);
  const { script, fileName } = draft;
  const estimate = await estimateWorkflow(workspace.services, {
    script,
    check,
    argsJson,
    limits,
    provider: client.provider,
    budgetTokens: options.budget ?? null,
    model: provider.model ?? client.defaultModel,
    signal: new AbortController().signal,
  });
  showEstimate(ctx, options, { fileName, check, estimate });
  return EXIT.ok;
}

function checkUsage(request: string | undefined, options: RunOptions): void {
  const sources = [request, options.script, options.workflow];
  if (sources.filter((source) => source !== undefined).length !== 1) {
    const message = 'Pass a request in words, --script FILE or --workflow NAME.';
    throw new CliError(EXIT.usage, message);
  }
  if (options.accept !== undefined && !['all', 'none'].includes(options.accept)) {
    throw new CliError(EXIT.usage, `--accept takes all or none, not "${options.accept}".`);
  }
}

/** Rejects unless the plan is approved; resolves with whether its commands may run without a sandbox. */
export async function approvePlan(
  ctx: CliContext,
  options: { readonly yes?: boolean | undefined; readonly unsandboxed?: boolean | undefined },
  plan: {
    readonly name: string;
    readonly commands: readonly string[];
    readonly sandbox: () => Promise<string>;
  },
): Promise<boolean> {
  const isConsented = options.unsandboxed === true;
  if (options.yes === true) return isConsented;
  if (ctx.stdin.isTTY !== true || ctx.stderr.isTTY !== true) {
    throw new CliError(EXIT.usage, 'No terminal to approve the plan. Pass --yes to approve it.');
  }
  const list = plan.commands.join(', ');
  const commands = list === '' ? '' : ` and the commands ${list}`;
  if (!(await askYesNo(ctx, `Run ${plan.name}${commands}?`))) {
    throw new CliError(EXIT.usage, 'Plan not approved. Nothing ran.');
  }
  if (isConsented || list === '' || (await plan.sandbox()) !== 'none') return isConsented;
  return askYesNo(
    ctx,
    `No sandbox here: ${list} would run code written by agents with your user rights. Allow that?`,
  );
}

/** The command that prepares directories, as it was given; null for none. */
export function readSetup({ setup }: { readonly setup?: string | undefined }): string | null {
  const command = setup?.trim() ?? '';
  if (setup !== undefined && command === '') {
    throw new CliError(EXIT.usage, '--setup takes a command, such as "npm run build".');
  }
  return command === '' ? null : command;
}

/** What happens at a gate when nobody is there: stop resumable, unless an answer was given. */
export function readOnGate(options: {
  readonly onGate?: string | undefined;
}): 'stop' | 'approve' | 'reject' {
  const answer = options.onGate ?? 'stop';
  if (answer === 'stop' || answer === 'approve' || answer === 'reject') return answer;
  throw new CliError(EXIT.usage, `--on-gate takes approve, reject or stop, not "${answer}".`);
}
