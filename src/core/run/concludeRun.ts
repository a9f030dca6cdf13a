/** The end of a run: status, verdict, proposals on disk, and the last journal entry. */
import type { ErrorCode, ErrorInfo } from '../../protocol/errorCodes.ts';
import { parseJson } from '../../base/json.ts';
import type { Receipt, Verdict } from '../../protocol/receipt.ts';
import type { ProposalCounts } from '../../protocol/proposals.ts';
import type { RunEvent, RunFact } from '../../protocol/events/runEvents.ts';
import type { PauseReason } from '../../protocol/events/runState.ts';
import type { ScriptOutcome } from '../../protocol/threads/scriptMessages.ts';
import { countProposals } from '../../protocol/countProposals.ts';
import { countStatuses } from '../../protocol/view/summarizeRun.ts';
import { NO_DECISIONS } from '../changes/review/decisions.ts';
import { buildProposals, storeProposalContents, toProposalSet } from '../changes/proposals.ts';
import { verdictOf, type RequiredCommand } from '../evidence/verdictOf.ts';
import type { SpendingContext } from './limits/spendingContext.ts';
import type { RunContext } from './runContext.ts';
import type { StopReason } from './runErrors.ts';
import { storeValue } from './outcomes/storeValue.ts';

type EndedEvent = Extract<RunEvent, { type: 'run.ended' }>;
type EndedFact = Extract<RunFact, { type: 'run.ended' }>;

export interface RunConclusion {
  readonly outcome: ScriptOutcome;
  /** Why the run was stopped from outside, or null when the script came to its own end. */
  readonly stop: StopReason | null;
  readonly agentsStarted: number;
  readonly receipts: readonly Receipt[];
  /** Required commands that could not be run. */
  readonly unfinished: readonly RequiredCommand[];
}

type EndingContext = RunContext & Pick<SpendingContext, 'spend'>;

/** Writes the last events and resolves with the very last one. */
export async function concludeRun(
  ctx: EndingContext,
  conclusion: RunConclusion,
): Promise<EndedEvent> {
  const { receipts } = conclusion;
  const gitTree = receipts.length === 0 ? null : await proposedTree(ctx);
  const proposals = await recordProposals(ctx, gitTree);
  const fact = await endedFact(ctx, { ...conclusion, gitTree }, proposals);
  let ended: EndedEvent | undefined;
  await ctx.recorder.record(fact, (event) => {
    if (event.type === 'run.ended') ended = event;
  });
  if (ended === undefined) throw new Error('The journal did not give back the last event.');
  return ended;
}

/** By the same name as receipts have it. */
function proposedTree({ services, tree }: RunContext): Promise<string> {
  return services.snapshots.writeTree(services.snapshot.tree, tree.changes());
}

async function recordProposals(ctx: RunContext, gitTree: string | null): Promise<ProposalCounts> {
  const { recorder, tree, config, services } = ctx;
  const { store } = services;
  const built = buildProposals({ runId: config.runId, tree, decisions: NO_DECISIONS });
  await storeProposalContents(built, { blobs: store.blobs, stored: new Set() });
  await store.writeFile('proposals.json', JSON.stringify(built.record));
  const counts = countProposals(toProposalSet(built.record, NO_DECISIONS));
  const files = [...(await store.markFiles(['proposals.json']))];
  await recorder.record({
    type: 'proposals.changed',
    treeHash: tree.treeHash(),
    counts,
    ...(gitTree === null ? {} : { gitTree }),
    ...(files.length === 0 ? {} : { files }),
  });
  return counts;
}

async function endedFact(
  ctx: EndingContext,
  conclusion: RunConclusion & { readonly gitTree: string | null },
  proposals: ProposalCounts,
): Promise<EndedFact> {
  const { recorder, services, spend } = ctx;
  const { store } = services;
  const { ok, failed, skipped, cancelled } = countStatuses(recorder.view.agents);
  const end = endState(conclusion, { ok, failed });
  const { outcome } = conclusion;
  // A run that was stopped at a limit keeps what its script made of it.
  const isReturned =
    outcome.type === 'returned' && (end.status === 'completed' || end.status === 'paused');
  return {
    type: 'run.ended',
    ...end,
    verdict: verdict(ctx, conclusion),
    headHash: recorder.headHash(),
    result: isReturned ? await storeValue(store.scrub(parseJson(outcome.json)), store.blobs) : null,
    agents: {
      ok,
      failed,
      skipped,
      cancelled,
      cached: recorder.view.agents.filter((agent) => agent.cached).length,
    },
    usage: { ...spend.usage, usd: spend.usd },
    proposals,
    durationMs: services.clock.nowMs() - recorder.view.startedAt,
  };
}

function endState(
  conclusion: RunConclusion,
  agents: { readonly ok: number; readonly failed: number },
): Pick<EndedFact, 'status' | 'reason' | 'pauseReason' | 'error'> {
  const { outcome, stop, agentsStarted } = conclusion;
  if (stop?.code === 'journal_diverged') {
    const error = { code: stop.code, message: stop.message };
    return { status: 'failed', reason: null, pauseReason: null, error };
  }
  if (stop !== null) {
    const pauseReason = pauseReasonOf(stop.code);
    const status = pauseReason === null ? 'cancelled' : 'paused';
    return { status, reason: stop.message, pauseReason, error: null };
  }
  if (outcome.type === 'failed') {
    return { status: 'failed', reason: null, pauseReason: null, error: withPosition(outcome) };
  }
  if (agentsStarted > 0 && agents.ok === 0) {
    const message = `None of ${agentsStarted} agents succeeded.`;
    const error = { code: 'script_error' as const, message };
    return { status: 'failed', reason: message, pauseReason: null, error };
  }
  const reason = agentsStarted === 0 ? 'No agents started, so nothing was changed.' : null;
  return { status: 'completed', reason, pauseReason: null, error: null };
}

/** Why a run that was stopped can go on later, or null when it was simply cancelled. */
function pauseReasonOf(code: ErrorCode): PauseReason | null {
  switch (code) {
    case 'limit_reached':
      return 'limit';
    case 'breaker_tripped':
      return 'breaker';
    case 'model_usage_limit':
      return 'usage';
    case 'gate_waiting':
      return 'gate';
    default:
      return null;
  }
}

function withPosition(outcome: Extract<ScriptOutcome, { type: 'failed' }>): ErrorInfo {
  const { error, line, column } = outcome;
  if (line === null) return error;
  const position = column === null ? `line ${line}` : `line ${line}, column ${column}`;
  return { code: error.code, message: `${error.message} (${position})` };
}

function verdict(
  { config }: RunContext,
  conclusion: RunConclusion & { readonly gitTree: string | null },
): Verdict {
  const { receipts, unfinished, gitTree: currentTreeHash } = conclusion;
  if (currentTreeHash === null) return 'unverified';
  const ofSettings = config.requiredCommands.map((command) => ({ command, cwd: '' }));
  const requiredCommands = [...unfinished, ...ofSettings];
  return verdictOf({ receipts, requiredCommands, currentTreeHash });
}
