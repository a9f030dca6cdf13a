/** `muster run`: a request or a script becomes a run; the exit code says what came of it. */
import { randomUUID } from 'node:crypto';
import { plural } from '../../base/format.ts';
import { checkScript } from '../../core/script/checkScript.ts';
import { estimateWorkflow } from '../../host/estimateService.ts';
import { planWorkflow } from '../../host/planService.ts';
import { estimateHeadline } from '../../protocol/describeEstimate.ts';
import type { ProviderConfig } from '../../protocol/hostRpc.ts';
import { askYesNo, chooseProvider, type ProviderOptions } from '../chooseProvider.ts';
import { printLine, type CliContext } from '../cliContext.ts';
import { CliError, EXIT, type ExitCode } from '../exitCodes.ts';
import { withWorkspace, type Workspace } from '../openWorkspace.ts';
import { readLimits, type LimitOptions } from '../parseOptions.ts';
import { printDiagnostics } from './checkCommand.ts';
import { estimateCommand, showEstimate } from './estimateCommand.ts';
import { followRun, type FollowOptions } from './followRun.ts';
import { readArgs, readText, type ArgsOptions } from './readInput.ts';

export interface RunOptions extends FollowOptions, LimitOptions, ProviderOptions, ArgsOptions {
  readonly script?: string | undefined;
  readonly budget?: number | undefined;
  readonly allowCommand: readonly string[];
  readonly unsandboxed?: boolean | undefined;
  readonly yes?: boolean | undefined;
  /** Check and estimate only. */
  readonly dryRun?: boolean | undefined;
  readonly onGate?: string | undefined;
}

interface Draft {
  readonly request: string;
  readonly script: string;
}

/** Runs to the end and resolves with the exit code. */
export async function runCommand(
  ctx: CliContext,
  request: string | undefined,
  options: RunOptions,
): Promise<ExitCode> {
  if ((request === undefined) === (options.script === undefined)) {
    throw new CliError(EXIT.usage, 'Give either a request in words or --script FILE.');
  }
  if (options.accept !== undefined && !['all', 'none'].includes(options.accept)) {
    throw new CliError(EXIT.usage, `--accept takes all or none, not "${options.accept}".`);
  }
  // Neither a key nor an approval is needed for what runs nothing.
  if (options.dryRun === true && options.script !== undefined) return estimateCommand(ctx, options);
  const limits = readLimits(options);
  const argsJson = await readArgs(options);
  const provider = await chooseProvider(ctx, options);
  return withWorkspace(ctx, options, async (workspace) => {
    const draft = await makeDraft(ctx, { workspace, request, options, provider });
    if (draft === null) return EXIT.failed;
    const check = checkScript(draft.script);
    const fileName = options.script ?? 'workflow.js';
    if (!check.ok) {
      printDiagnostics(ctx.stderr, fileName, check.diagnostics);
      throw new CliError(EXIT.usage, `${fileName} does not pass the check; nothing ran.`);
    }
    if (options.dryRun === true) {
      const { client } = workspace.services.models.governorFor(provider);
      const estimate = await estimateWorkflow(workspace.services, {
        ...{ script: draft.script, check, argsJson, limits, provider: client.provider },
        ...{ budgetTokens: options.budget ?? null, model: provider.model ?? client.defaultModel },
        signal: new AbortController().signal,
      });
      showEstimate(ctx, options, { fileName, check, estimate });
      return EXIT.ok;
    }
    const { commands } = check;
    const { sandbox } = workspace.services.commands;
    const name = check.meta?.name ?? fileName;
    const unsandboxed = await approvePlan(ctx, options, { name, commands, sandbox });
    const stop = new AbortController();
    const live = await workspace.runs.start(
      {
        ...draft,
        ...{ argsJson, limits, provider, approvedCommands: commands },
        allowedCommands: options.allowCommand,
        unsandboxed,
        budgetTokens: options.budget ?? null,
        onLimit: 'stop',
        onGate: readOnGate(options),
      },
      stop.signal,
    );
    return followRun(ctx, { workspace, live, options });
  });
}

async function makeDraft(
  ctx: CliContext,
  from: {
    readonly workspace: Workspace;
    readonly request: string | undefined;
    readonly options: RunOptions;
    readonly provider: ProviderConfig;
  },
): Promise<Draft | null> {
  const { request, options, workspace, provider } = from;
  if (options.script !== undefined) {
    const script = await readText(options.script);
    return { request: `Run ${options.script}`, script };
  }
  const planned = await planWorkflow(workspace.services, {
    ...{ request: request ?? '', provider, limits: readLimits(options) },
    planId: randomUUID(),
    onText: (text) => {
      if (options.json !== true && options.quiet !== true) ctx.stdout.write(text);
    },
    signal: new AbortController().signal,
  });
  if (planned.type === 'answer') {
    if (options.json === true || options.quiet === true) printLine(ctx.stderr, planned.text);
    else printLine(ctx.stdout, '');
    printLine(ctx.stderr, 'The planner answered without a workflow; nothing ran.');
    return null;
  }
  if (options.json !== true && options.quiet !== true) {
    printLine(ctx.stdout, '');
    printPlan(ctx, planned.plan);
  }
  return { request: request ?? '', script: planned.plan.script };
}

function printPlan(
  ctx: CliContext,
  plan: Extract<Awaited<ReturnType<typeof planWorkflow>>, { type: 'plan' }>['plan'],
): void {
  const { check, limits, provider, model } = plan;
  const phases = check.meta?.phases.map((phase) => phase.title).join(' → ') ?? '';
  printLine(ctx.stdout, '');
  printLine(ctx.stdout, `Plan: ${check.meta?.name ?? ''}. ${check.meta?.description ?? ''}`);
  if (phases !== '') printLine(ctx.stdout, `  phases: ${phases}`);
  printLine(ctx.stdout, `  provider: ${provider === 'offline' ? 'offline rules, no AI' : model}`);
  const caps = `${plural(limits.maxAgents, 'agent')}, ${limits.concurrency} at once, ${limits.maxMinutes} minutes`;
  const usd = limits.maxUsd === null ? '' : `, $${limits.maxUsd}`;
  printLine(ctx.stdout, `  caps: ${caps}${usd}`);
  if (plan.estimate !== null)
    printLine(ctx.stdout, `  estimate: ${estimateHeadline(plan.estimate)}`);
  for (const command of check.commands) printLine(ctx.stdout, `  will run: ${command}`);
  printLine(ctx.stdout, '');
}

/** Rejects unless the plan is approved; resolves with whether its commands may run without a sandbox. */
export async function approvePlan(
  ctx: CliContext,
  options: { readonly yes?: boolean | undefined; readonly unsandboxed?: boolean | undefined },
  plan: {
    readonly name: string;
    readonly commands: readonly string[];
    readonly sandbox: string;
  },
): Promise<boolean> {
  const isConsented = options.unsandboxed === true;
  if (options.yes === true) return isConsented;
  if (ctx.stdin.isTTY !== true || ctx.stderr.isTTY !== true) {
    throw new CliError(EXIT.usage, 'Nobody is there to approve the plan. Say --yes to approve it.');
  }
  const list = plan.commands.join(', ');
  const commands = list === '' ? '' : ` and the commands ${list}`;
  if (!(await askYesNo(ctx, `Run ${plan.name}${commands}?`))) {
    throw new CliError(EXIT.usage, 'The plan was not approved; nothing ran.');
  }
  if (isConsented || list === '' || plan.sandbox !== 'none') return isConsented;
  return askYesNo(
    ctx,
    `There is no sandbox here: ${list} would run code written by agents with your rights. Allow that?`,
  );
}

/** What happens at a gate when nobody is there: stop resumable, unless an answer was given. */
export function readOnGate(options: {
  readonly onGate?: string | undefined;
}): 'stop' | 'approve' | 'reject' {
  const answer = options.onGate ?? 'stop';
  if (answer === 'stop' || answer === 'approve' || answer === 'reject') return answer;
  throw new CliError(EXIT.usage, `--on-gate takes approve, reject or stop, not "${answer}".`);
}
