import * as z from 'zod';
import { ErrorInfo } from '../errorCodes.ts';
import { ProposalCounts } from '../proposals.ts';
import { Receipt, Verdict } from '../receipt.ts';
import { PauseReason, RunState } from '../events/runState.ts';
import { addTokens, RunLimits, TokenUsage } from '../runLimits.ts';
import { GateView, type AgentStatus, type AgentView, type RunView } from './runView.ts';

const StatusCounts = z.object({
  queued: z.number().int(),
  running: z.number().int(),
  ok: z.number().int(),
  failed: z.number().int(),
  skipped: z.number().int(),
  cancelled: z.number().int(),
});
export type StatusCounts = z.infer<typeof StatusCounts>;

/** A run without its rows: what a card, a list or the status bar shows. */
export const RunSummary = z.object({
  runId: z.string(),
  name: z.string(),
  request: z.string(),
  state: RunState,
  pauseReason: PauseReason.nullable(),
  stateMessage: z.string().nullable(),
  verdict: Verdict,
  provider: z.string(),
  model: z.string(),
  limits: RunLimits,
  concurrency: z.number().int(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  counts: StatusCounts,
  phases: z.array(z.object({ title: z.string(), counts: StatusCounts })),
  receipts: z.array(Receipt),
  /** `verifyId` of those that are about another tree than the one that is proposed now. */
  staleReceipts: z.array(z.number().int()),
  /** Questions that nobody has answered yet. */
  openGates: z.array(GateView),
  answeredGates: z.array(GateView),
  /** Agents that a resume runs again and whose commands had the user's rights, so that they may act twice. */
  rerunsUnsandboxed: z.number().int().nonnegative(),
  failures: z.array(z.object({ label: z.string(), code: z.string(), message: z.string() })),
  usage: TokenUsage,
  usd: z.number().nullable(),
  proposals: ProposalCounts,
  error: ErrorInfo.nullable(),
});
export type RunSummary = z.infer<typeof RunSummary>;

/** Failures that a summary names; the run tree has them all. */
const MAX_SUMMARY_FAILURES = 20;

/** Answers that a summary names: enough for whoever was just asked; the run tree has them all. */
const MAX_SUMMARY_ANSWERS = 100;

/** Counts a view; tokens include those of agents still running. */
export function summarizeRun(view: RunView): RunSummary {
  const { runId, request, state, pauseReason, stateMessage, verdict, provider, model } = view;
  const { limits, concurrency, startedAt, endedAt, proposals, error, usd } = view;
  const receipts = view.verifications.flatMap(({ receipt }) => (receipt === null ? [] : [receipt]));
  return {
    runId,
    request,
    state,
    pauseReason,
    stateMessage,
    verdict,
    provider,
    model,
    limits,
    concurrency,
    startedAt,
    endedAt,
    proposals,
    error,
    usd,
    name: view.meta.name,
    counts: countStatuses(view.agents),
    phases: summarizePhases(view),
    receipts,
    staleReceipts: receipts
      .filter((receipt) => isStale(receipt, view))
      .map(({ verifyId }) => verifyId),
    openGates: view.gates.filter((gate) => gate.approved === null),
    answeredGates: view.gates.filter((gate) => gate.approved !== null).slice(-MAX_SUMMARY_ANSWERS),
    rerunsUnsandboxed: view.agents.filter(rerunsUnsandboxed).length,
    failures: summarizeFailures(view),
    usage: view.agents
      .filter((agent) => agent.status === 'running')
      .reduce((sum, agent) => addTokens(sum, agent.usage), view.usage),
  };
}

/** True when a receipt is about another tree than the one that is proposed now. */
export function isStale(
  receipt: Pick<Receipt, 'treeHash'>,
  { proposedTree }: Pick<RunView, 'proposedTree'>,
): boolean {
  return proposedTree !== undefined && receipt.treeHash !== proposedTree;
}

function rerunsUnsandboxed({ status, commands }: AgentView): boolean {
  return status !== 'ok' && (commands?.unsandboxed ?? 0) > 0;
}

/** Number of agents in each state. */
export function countStatuses(agents: readonly AgentView[]): StatusCounts {
  const counts: Record<AgentStatus, number> = {
    queued: 0,
    running: 0,
    ok: 0,
    failed: 0,
    skipped: 0,
    cancelled: 0,
  };
  for (const agent of agents) counts[agent.status] += 1;
  return counts;
}

/** True while the run can still be steered; one that stopped at a limit for good is paused and has ended. */
export function isLive(run: {
  readonly state: RunState;
  readonly endedAt: number | null;
}): boolean {
  return run.endedAt === null && (run.state === 'running' || run.state === 'paused');
}

/** The heading under which agents without a phase stand. */
export const NO_PHASE = 'Agents';

function summarizePhases(view: RunView): RunSummary['phases'] {
  const byPhase = new Map<string, AgentView[]>(view.phases.map((title) => [title, []]));
  for (const agent of view.agents) {
    const title = agent.phase ?? NO_PHASE;
    const agents = byPhase.get(title);
    if (agents === undefined) byPhase.set(title, [agent]);
    else agents.push(agent);
  }
  return [...byPhase].map(([title, agents]) => ({ title, counts: countStatuses(agents) }));
}

function summarizeFailures(view: RunView): RunSummary['failures'] {
  return view.agents
    .flatMap((agent) =>
      agent.status === 'failed' && agent.error !== null
        ? [{ label: agent.label, code: agent.error.code, message: agent.error.message }]
        : [],
    )
    .slice(0, MAX_SUMMARY_FAILURES);
}
