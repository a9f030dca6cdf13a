/** Verbs on a run that another process owns: a command line elsewhere, or the editor's host. */
import { plural } from '../../base/format.ts';
import { withOwner } from '../../host/rpc/withOwner.ts';
import type { RunOwner } from '../../host/runs/runOwner.ts';
import { RunControl } from '../../protocol/host/hostRpc.ts';
import type { RunView } from '../../protocol/view/runView.ts';
import { countStatuses } from '../../protocol/view/summarizeRun.ts';
import { printLine, type CliContext, type CommonOptions } from '../cliContext.ts';
import { CliError, EXIT, type ExitCode } from '../exitCodes.ts';
import { openRuns, type RunsOnDisk } from '../openRuns.ts';
import { changeLimits, type LimitOptions } from '../parseOptions.ts';
import { findRun } from '../findRun.ts';
import { CONCURRENCY_CEILING } from '../../protocol/runCeilings.ts';

/** `muster pause`: nothing new starts. */
export function pauseCommand(
  ctx: CliContext,
  name: string,
  options: CommonOptions,
): Promise<ExitCode> {
  return steer(ctx, { name, options, control: { action: 'pause' } }, (view) => {
    return `Run ${view.runId} is paused: ${underWay(view)}; current requests finish, nothing new starts. To continue: muster resume ${view.runId}`;
  });
}

/** `muster cancel`: model requests are aborted at once. */
export function cancelCommand(
  ctx: CliContext,
  name: string,
  options: CommonOptions,
): Promise<ExitCode> {
  return steer(ctx, { name, options, control: { action: 'cancel' } }, (view) => {
    return `Run ${view.runId} is being cancelled: ${underWay(view)}; finished work is kept.`;
  });
}

/** `muster throttle`: so many at once; nothing is aborted. */
export function throttleCommand(
  ctx: CliContext,
  name: string,
  options: CommonOptions & { readonly count: string },
): Promise<ExitCode> {
  const concurrency = Number(options.count);
  const control = RunControl.safeParse({ action: 'throttle', concurrency });
  if (!control.success) {
    const message = `"${options.count}" is not a valid number of agents. Use 1 to ${CONCURRENCY_CEILING}.`;
    return Promise.reject(new CliError(EXIT.usage, message));
  }
  return steer(ctx, { name, options, control: control.data }, (view) => {
    return `Run ${view.runId} continues with ${concurrency} at once: ${underWay(view)}; nothing is aborted.`;
  });
}

/** `muster skip` and `muster retry`: one agent of a run. */
export function agentCommand(
  ctx: CliContext,
  name: string,
  options: CommonOptions & { readonly agent: string; readonly verb: 'skip' | 'retry' },
): Promise<ExitCode> {
  const { agent, verb } = options;
  const agentId = Number(agent);
  const action = verb === 'skip' ? 'skipAgent' : 'retryAgent';
  const control = RunControl.safeParse({ action, agentId });
  if (!control.success) {
    const message = `"${agent}" is not an agent's number. "muster show ${name} --json" lists them.`;
    return Promise.reject(new CliError(EXIT.usage, message));
  }
  const request = { name, options, control: control.data, check: checkAgent(agentId, verb) };
  return steer(ctx, request, (view) => {
    const label = view.agents[agentId - 1]?.label ?? '';
    const effect = verb === 'skip' ? 'is skipped and returns null' : 'starts over';
    return `Agent ${agentId} (${label}) of run ${view.runId} ${effect}.`;
  });
}

/** `muster resume` of a run that a living process owns: lifts a pause, or raises the limit that holds it. */
export async function goOnElsewhere(
  ctx: CliContext,
  request: {
    readonly runId: string;
    readonly owner: RunOwner;
    readonly options: CommonOptions & LimitOptions & { readonly script?: string | undefined };
  },
): Promise<ExitCode> {
  const { runId, owner, options } = request;
  await withOwnedRun(owner, runId, async ({ view, send }) => {
    refuseUnlessHeld(view, options);
    const limits = changeLimits(view.limits, options);
    if (hasLimits(options)) await send({ action: 'raise', limits });
    await send({ action: 'resume' });
  });
  report(ctx, options, { runId, action: 'resume', text: `Run ${runId} continues.` });
  return EXIT.ok;
}

/** What a command may do with a run that another process owns. */
export interface OwnedRun {
  /** As the owner has it now. */
  readonly view: RunView;
  readonly send: (control: RunControl) => Promise<void>;
}

/** Asks the owner of a run; the connection ends with the task. */
export function withOwnedRun<T>(
  owner: RunOwner,
  runId: string,
  task: (run: OwnedRun) => Promise<T>,
): Promise<T> {
  return withOwner(owner, async (connection) => {
    const { view } = await connection.request('run.subscribe', { runId });
    const send = async (control: RunControl): Promise<void> => {
      await connection.request('run.control', { runId, control });
    };
    return task({ view, send });
  });
}

/** Says what was done, as a sentence or as one JSON object. */
export function report(
  ctx: CliContext,
  options: CommonOptions,
  done: { readonly runId: string; readonly action: string; readonly text: string },
): void {
  const { runId, action, text } = done;
  printLine(ctx.stdout, options.json === true ? JSON.stringify({ runId, action }) : text);
}

interface Steering {
  readonly name: string;
  readonly options: CommonOptions;
  readonly control: RunControl;
  /** Throws when the verb cannot do anything in this run. */
  readonly check?: (view: RunView) => void;
}

async function steer(
  ctx: CliContext,
  steering: Steering,
  describe: (view: RunView) => string,
): Promise<ExitCode> {
  const { name, options, control, check } = steering;
  const found = await openRuns(ctx, options);
  const runId = await findRun(found, name);
  const { action } = control;
  const owner = await found.runs.ownerOf(runId);
  if (owner === null) throw await notRunning(found, runId);
  const before = await withOwnedRun(owner, runId, async ({ view, send }) => {
    check?.(view);
    await send(control);
    return view;
  });
  report(ctx, options, { runId, action, text: describe(before) });
  return EXIT.ok;
}

async function notRunning({ runs }: RunsOnDisk, runId: string): Promise<CliError> {
  const { state } = await runs.view(runId);
  const advice =
    state === 'completed'
      ? 'There is nothing left to control.'
      : `Resume it: muster resume ${runId}`;
  return new CliError(EXIT.usage, `Run ${runId} is not running (${state}). ${advice}`);
}

function underWay(view: RunView): string {
  const { running, queued } = countStatuses(view.agents);
  return `${plural(running, 'agent')} running, ${queued} queued`;
}

function checkAgent(agentId: number, verb: 'skip' | 'retry'): (view: RunView) => void {
  return ({ runId, agents }) => {
    const agent = agents[agentId - 1];
    if (agent?.status === 'running' || agent?.status === 'queued') return;
    const problem =
      agent === undefined
        ? `has ${plural(agents.length, 'agent')} and no number ${agentId}`
        : `has finished with agent ${agentId} (${agent.status})`;
    throw new CliError(EXIT.usage, `Run ${runId} ${problem}; there is nothing to ${verb}.`);
  };
}

function refuseUnlessHeld(
  view: RunView,
  options: LimitOptions & { readonly script?: string | undefined },
): void {
  const { runId, state, pauseReason, stateMessage } = view;
  if (state !== 'paused' || options.script !== undefined) {
    const verbs = `muster pause, throttle or cancel ${runId}`;
    const what = state === 'paused' ? 'running in another process' : `already ${state}`;
    throw new CliError(EXIT.usage, `Run ${runId} is ${what}. To control it: ${verbs}`);
  }
  const cause = stateMessage ?? '';
  if (pauseReason === 'gate') {
    const answer = `muster gate ${runId} approve (or reject)`;
    throw new CliError(
      EXIT.usage,
      `Run ${runId} is waiting for an answer: ${cause} Answer it: ${answer}`,
    );
  }
  if (pauseReason === 'limit' && !hasLimits(options)) {
    const raise = `muster resume ${runId} --max-usd X (or --max-tokens, --max-agents, --max-minutes N)`;
    throw new CliError(
      EXIT.usage,
      `Run ${runId} is paused at a limit: ${cause} To raise it: ${raise}`,
    );
  }
}

function hasLimits(options: LimitOptions): boolean {
  const { maxAgents, concurrency, maxTokens, maxUsd, maxMinutes, perPhase, perAgent } = options;
  return [maxAgents, concurrency, maxTokens, maxUsd, maxMinutes, perPhase, perAgent].some(
    (given) => given !== undefined,
  );
}
