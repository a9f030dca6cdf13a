/** Estimates of workflow scripts over the workspace as it is now: what a plan card and `muster estimate` show. */
import { estimateScript } from '../../core/estimate/estimateScript.ts';
import type {
  EstimateRequest,
  ResolveChild,
  StubTimeLimit,
} from '../../core/estimate/estimateRequest.ts';
import { loadAgentTypes } from '../../core/agent/agentDefinitions.ts';
import { resolveSavedChild } from '../../core/estimate/resolveSavedChild.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Snapshot } from '../../core/ports/fileView.ts';
import type { Estimate } from '../../protocol/estimate.ts';
import { AgentHistory } from '../adapters/store/agentHistory.ts';
import type { HostServices } from '../hostServices.ts';

/** Wall time of one mock run, from the script's first sign of life: a typical one takes a few hundredths of it. */
const MOCK_RUN_MS = 1000;

/** Time until a sandbox is open: the first thread of a busy machine. */
const MOCK_START_MS = 5000;

export type EstimateHostServices = Pick<
  HostServices,
  | 'stateDirectory'
  | 'log'
  | 'clock'
  | 'scripts'
  | 'snapshots'
  | 'random'
  | 'userWorkflows'
  | 'workspace'
>;

export interface WorkflowEstimateRequest extends Omit<EstimateRequest, 'history'> {
  /** The workspace as it is now when it is absent. */
  readonly snapshot?: Snapshot | undefined;
  /** The saved workflows of snapshot and user when it is absent. */
  readonly resolveChild?: ResolveChild | undefined;
  readonly timeLimitMs?: number | undefined;
  readonly signal: AbortSignal;
}

/** Costs nothing and changes nothing. Rejects only when the workspace cannot be read or the signal is aborted. */
export async function estimateWorkflow(
  services: EstimateHostServices,
  request: WorkflowEstimateRequest,
): Promise<Estimate> {
  const { signal, timeLimitMs = MOCK_RUN_MS, ...asked } = request;
  const { scripts, snapshots, clock } = services;
  scripts.prepare?.();
  const runId = `estimate-${services.random.id()}`;
  const [snapshot, history] = await Promise.all([
    asked.snapshot ?? snapshots.takeSnapshot({ runId, signal }),
    historyOf(services).samples(asked.provider),
  ]);
  const { userWorkflows, workspace: workspaceRoot } = services;
  const places = { snapshot, snapshots, userWorkflows, workspaceRoot };
  const resolveChild = asked.resolveChild ?? resolveSavedChild(places);
  const agentTypes = await loadAgentTypes(snapshot, snapshots);
  const startTimeLimit = (): StubTimeLimit => startLimit(clock, { timeLimitMs, signal });
  const estimate = await estimateScript(
    { ...asked, history },
    { scripts, snapshot, snapshots, resolveChild, agentTypes, startTimeLimit },
  );
  signal.throwIfAborted();
  return estimate;
}

/** A workspace's services live as long as its host, and so does what was read of its journals. */
const histories = new WeakMap<EstimateHostServices, AgentHistory>();

function historyOf(services: EstimateHostServices): AgentHistory {
  const known = histories.get(services);
  if (known !== undefined) return known;
  const history = new AgentHistory(services.stateDirectory, services.log);
  histories.set(services, history);
  return history;
}

function startLimit(
  clock: Clock,
  limit: { readonly timeLimitMs: number; readonly signal: AbortSignal },
): StubTimeLimit {
  const stop = new AbortController();
  const end = (): void => stop.abort(new Error('The mock run took too long.'));
  let timer = clock.after(MOCK_START_MS, end);
  let isAlive = false;
  return {
    signal: AbortSignal.any([stop.signal, limit.signal]),
    noteLife: () => {
      if (isAlive) return;
      isAlive = true;
      timer.dispose();
      timer = clock.after(limit.timeLimitMs, end);
    },
    dispose: () => timer.dispose(),
  };
}
