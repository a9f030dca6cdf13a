/** Where the script of `muster run` comes from: a file, a saved workflow, or the planner. */
import { randomUUID } from 'node:crypto';
import { plural } from '../../base/format.ts';
import { planWorkflow } from '../../host/plans/planService.ts';
import { estimateHeadline } from '../../protocol/describeEstimate.ts';
import type { Estimate } from '../../protocol/estimate.ts';
import type { ProviderConfig } from '../../protocol/host/hostRpc.ts';
import { printLine, type CliContext } from '../cliContext.ts';
import type { Workspace } from '../openWorkspace.ts';
import { readLimits, type LimitOptions } from '../parseOptions.ts';
import { resolveWorkflow } from './estimateCommand.ts';
import { readText } from '../readInput.ts';

export interface DraftOptions extends LimitOptions {
  readonly script?: string | undefined;
  readonly workflow?: string | undefined;
  readonly require?: readonly string[] | undefined;
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

/** A script before its approval. */
export interface Draft {
  readonly request: string;
  readonly script: string;
  /** For messages about the script. */
  readonly fileName: string;
  /** What the planner's mock run foretold. */
  readonly estimate?: Estimate | null | undefined;
}

/** Reads, finds or plans what is to run; null when the planner answered in words only. */
export async function makeDraft(
  ctx: CliContext,
  from: {
    readonly workspace: Workspace;
    readonly request: string | undefined;
    readonly options: DraftOptions;
    readonly provider: ProviderConfig;
  },
): Promise<Draft | null> {
  const { request, options, workspace, provider } = from;
  if (options.script !== undefined) {
    const script = await readText(options.script);
    return { request: `Run ${options.script}`, script, fileName: options.script };
  }
  if (options.workflow !== undefined) {
    const found = await resolveWorkflow(workspace, options.workflow);
    return { request: `Run the workflow ${options.workflow}`, ...found };
  }
  const planned = await planWorkflow(workspace.services, {
    request: request ?? '',
    provider,
    limits: readLimits(options),
    planId: randomUUID(),
    requiredCommands: options.require ?? [],
    onText: (text) => {
      if (options.json !== true && options.quiet !== true) ctx.stdout.write(text);
    },
    signal: new AbortController().signal,
  });
  if (planned.type === 'answer') {
    if (options.json === true || options.quiet === true) printLine(ctx.stderr, planned.text);
    else printLine(ctx.stdout, '');
    printLine(ctx.stderr, 'The planner answered without a workflow. Nothing ran.');
    return null;
  }
  if (options.json !== true && options.quiet !== true) {
    printLine(ctx.stdout, '');
    printPlan(ctx, planned.plan);
  }
  const { script, estimate } = planned.plan;
  return { request: request ?? '', script, estimate, fileName: 'workflow.js' };
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
  printLine(ctx.stdout, `  limits: ${caps}${usd}`);
  if (plan.estimate !== null)
    printLine(ctx.stdout, `  estimate: ${estimateHeadline(plan.estimate)}`);
  for (const command of check.commands) printLine(ctx.stdout, `  will run: ${command}`);
  printLine(ctx.stdout, '');
}
