/** `muster estimate` and `--dry-run`: the check and a mock run; no model is asked and no command runs. */
import { DEFAULT_ANTHROPIC_MODEL } from '../../core/planner/modelAliases.ts';
import { checkScript } from '../../core/script/checkScript.ts';
import { findWorkflow } from '../../core/script/savedWorkflows.ts';
import { estimateWorkflow } from '../../host/plans/estimateService.ts';
import type { Estimate } from '../../protocol/estimate.ts';
import type { ScriptCheck } from '../../protocol/plan.ts';
import { printLine, type CliContext, type CommonOptions } from '../cliContext.ts';
import { CliError, EXIT, type ExitCode } from '../exitCodes.ts';
import { withWorkspace, type Workspace } from '../openWorkspace.ts';
import { readLimits, type LimitOptions } from '../parseOptions.ts';
import { printEstimate } from '../terminal/printEstimate.ts';
import { printDiagnostics } from './checkCommand.ts';
import { readArgs, readPrices, readText, type ArgsOptions } from '../readInput.ts';

export interface EstimateOptions extends CommonOptions, LimitOptions, ArgsOptions {
  readonly script?: string | undefined;
  readonly workflow?: string | undefined;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly budget?: number | undefined;
  /** File with the user's own prices. */
  readonly prices?: string | undefined;
}

/** A script with the name that messages call it by. */
interface NamedScript {
  readonly fileName: string;
  readonly script: string;
}

/** Finds a saved workflow by its name; rejects with a usage error when there is none. */
export type ResolveWorkflow = (workspace: Workspace, name: string) => Promise<NamedScript>;

/** Estimates a script, or a saved workflow; exit code 2 when it does not pass the check. Needs no key. */
export async function estimateCommand(
  ctx: CliContext,
  options: EstimateOptions,
  resolve: ResolveWorkflow = resolveWorkflow,
): Promise<ExitCode> {
  if ((options.script === undefined) === (options.workflow === undefined)) {
    throw new CliError(EXIT.usage, 'Pass either --script FILE or --workflow NAME.');
  }
  const limits = readLimits(options);
  const argsJson = await readArgs(options);
  const provider = readProvider(options.provider);
  const prices = await readPrices(options.prices);
  return withWorkspace(ctx, options, async (workspace) => {
    const { fileName, script } = await findScript(workspace, options, resolve);
    const check = requireValid(ctx, fileName, script);
    const model = modelOf(workspace, provider, options.model);
    const given = { script, check, argsJson, limits, budgetTokens: options.budget ?? null };
    const estimate = await estimateWorkflow(workspace.services, {
      ...given,
      provider,
      model,
      prices,
      signal: new AbortController().signal,
    });
    showEstimate(ctx, options, { fileName, check, estimate });
    return EXIT.ok;
  });
}

/** Shows a check and its estimate as text, or as one JSON object. */
export function showEstimate(
  ctx: CliContext,
  options: { readonly json?: boolean | undefined },
  shown: {
    readonly fileName: string;
    readonly check: ScriptCheck;
    readonly estimate: Estimate;
  },
): void {
  const { fileName, check, estimate } = shown;
  const name = check.meta?.name ?? fileName;
  if (options.json === true) {
    printLine(ctx.stdout, JSON.stringify({ name, ...estimate, check }));
    return;
  }
  printDiagnostics(ctx.stdout, fileName, check.diagnostics);
  printEstimate(ctx.stdout, name, estimate);
}

/** Finds a workflow that is saved in the workspace or in the user's own folder. */
export const resolveWorkflow: ResolveWorkflow = async ({ services }, name) => {
  const { snapshots, userWorkflows, workspace: workspaceRoot, random } = services;
  const runId = `find-${random.id()}`;
  const snapshot = await snapshots.takeSnapshot({ runId, signal: new AbortController().signal });
  const places = { snapshot, snapshots, userWorkflows, workspaceRoot };
  const found = await findWorkflow({ type: 'name', name }, places);
  if (found.type === 'missing') throw new CliError(EXIT.usage, found.message);
  return { fileName: found.source, script: found.script };
};

async function findScript(
  workspace: Workspace,
  options: EstimateOptions,
  resolve: ResolveWorkflow,
): Promise<NamedScript> {
  const { script, workflow } = options;
  if (script === undefined) return resolve(workspace, workflow ?? '');
  return { fileName: script, script: await readText(script) };
}

function requireValid(ctx: CliContext, fileName: string, script: string): ScriptCheck {
  const check = checkScript(script);
  if (check.ok) return check;
  printDiagnostics(ctx.stderr, fileName, check.diagnostics);
  throw new CliError(EXIT.usage, `${fileName} did not pass the check. Nothing to estimate.`);
}

function modelOf(
  { services }: Workspace,
  provider: 'anthropic' | 'offline',
  model: string | undefined,
): string {
  if (provider === 'anthropic') return model ?? DEFAULT_ANTHROPIC_MODEL;
  const offline = { provider, apiKey: null, baseUrl: null, model: null };
  return services.models.governorFor(offline).client.defaultModel;
}

// Without a key too: prices are known, and nothing is asked.
function readProvider(name: string | undefined): 'anthropic' | 'offline' {
  const provider = name ?? 'anthropic';
  if (provider === 'anthropic' || provider === 'offline') return provider;
  const message = `There is no provider "${provider}". Choose anthropic or offline.`;
  throw new CliError(EXIT.usage, message);
}
