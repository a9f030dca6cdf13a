/** What each request of a client does. One set of handlers serves one connection. */
import { checkScript } from '../../core/script/checkScript.ts';
import type {
  HostMethod,
  HostParams,
  HostResult,
  ProviderConfig,
  RunControl,
} from '../../protocol/host/hostRpc.ts';
import { summarizeRun } from '../../protocol/view/summarizeRun.ts';
import type { ScriptCheck } from '../../protocol/plan.ts';
import { withChildCommands } from '../plans/childCommands.ts';
import { estimateWorkflow } from '../plans/estimateService.ts';
import { planWorkflow } from '../plans/planService.ts';
import { verifyAccepted } from '../review/verifyAccepted.ts';
import { START_TIMEOUT_MS } from '../../hostClient/answerLimits.ts';
import type { HostServices } from '../hostServices.ts';
import type { BackgroundRetention } from '../retention/backgroundRetention.ts';
import type { ReviewService } from '../review/reviewService.ts';
import type { LiveRun } from '../runs/liveRun.ts';
import type { RunService } from '../runs/runService.ts';
import { formatTranscript } from '../runs/formatTranscript.ts';
import { ClientApplies } from './clientApplies.ts';
import type { Notify } from './notify.ts';
import { openOwner } from './openOwner.ts';
import { RunFeeds } from './runFeeds.ts';
import { isMissing } from '../../node/isMissing.ts';

export type HostHandlers = {
  readonly [M in Exclude<HostMethod, 'hello'>]: (params: HostParams<M>) => Promise<HostResult<M>>;
};

/** What all connections of a host share. */
export interface HostState {
  readonly services: HostServices;
  readonly runs: RunService;
  readonly reviews: ReviewService;
  /** The newest configuration that any window sent; a key is only ever here. */
  provider: ProviderConfig;
  /** Told by windows how much to keep; absent in a process that drops nothing by itself. */
  readonly retention?: Pick<BackgroundRetention, 'configure'> | undefined;
  /** Tells every connection. */
  readonly broadcast: Notify;
}

export interface ClientHandlers {
  /** What is absent does not exist for that client. */
  readonly handlers: Partial<HostHandlers>;
  /** Sends what the client is to see before the process ends. */
  flush(): Promise<void>;
  dispose(): void;
}

/** Makes the handlers of a connection to a process that only lets others watch and steer its own runs. */
export function createControlHandlers(state: HostState, notify: Notify): ClientHandlers {
  const feeds = new RunFeeds(state, notify);
  const {
    'runs.list': list,
    'run.subscribe': subscribe,
    'run.unsubscribe': unsubscribe,
  } = watchHandlers(state, feeds);
  return {
    handlers: {
      'runs.list': list,
      'run.subscribe': subscribe,
      'run.unsubscribe': unsubscribe,
      // Never handed on: two processes that each take the other for the owner would do so for ever.
      'run.control': ({ runId, control }) => {
        state.runs.control(runId, control);
        return Promise.resolve({});
      },
    },
    flush: () => feeds.flush(),
    dispose: () => feeds.dispose(),
  };
}

/** Makes the handlers of one connection; `notify` reaches only that client. */
export function createHostHandlers(state: HostState, notify: Notify): ClientHandlers {
  const feeds = new RunFeeds(state, notify);
  const plans = new Map<string, AbortController>();
  const applies = new ClientApplies(state.reviews, state.services.log);
  return {
    handlers: {
      ...configurationHandlers(state),
      ...planHandlers(state, notify, plans),
      ...runHandlers(state),
      ...watchHandlers(state, feeds),
      ...proposalHandlers(state, applies),
    },
    flush: () => feeds.flush(),
    dispose: () => {
      feeds.dispose();
      for (const plan of plans.values()) plan.abort();
      applies.dispose();
    },
  };
}

function configurationHandlers(
  state: HostState,
): Pick<HostHandlers, 'provider.configure' | 'retention.configure' | 'script.check'> {
  return {
    'provider.configure': (config) => {
      state.provider = config;
      return Promise.resolve({});
    },
    'retention.configure': (limits) => {
      state.retention?.configure(limits);
      return Promise.resolve({});
    },
    'script.check': ({ script }) => checkWithChildren(state.services, script),
  };
}

function checkWithChildren(services: HostServices, script: string): Promise<ScriptCheck> {
  const signal = AbortSignal.timeout(START_TIMEOUT_MS);
  return withChildCommands(services, checkScript(script), { signal });
}

function planHandlers(
  state: HostState,
  notify: Notify,
  plans: Map<string, AbortController>,
): Pick<HostHandlers, 'plan.draft' | 'plan.cancel' | 'plan.estimate'> {
  return {
    'plan.draft': async ({ planId, request, limits }) => {
      const controller = new AbortController();
      plans.set(planId, controller);
      const { signal } = controller;
      const onText = (text: string): void => {
        // A window that is gone reads nothing; its plan is cancelled with its connection.
        notify('plan.text', { planId, text }).catch(() => undefined);
      };
      try {
        const { services, provider } = state;
        const plan = { planId, request, limits, provider, onText, signal };
        return await planWorkflow(services, plan);
      } finally {
        plans.delete(planId);
      }
    },
    'plan.estimate': async ({ script, argsJson, limits }) => {
      const { services, provider } = state;
      const check = await checkWithChildren(services, script);
      if (!check.ok) return { check, estimate: null };
      const { client } = services.models.governorFor(provider);
      const estimate = await estimateWorkflow(services, {
        script,
        check,
        argsJson,
        limits,
        budgetTokens: null,
        provider: client.provider,
        model: provider.model ?? client.defaultModel,
        prices: provider.prices,
        signal: AbortSignal.timeout(START_TIMEOUT_MS),
      });
      return { check, estimate };
    },
    'plan.cancel': ({ planId }) => {
      plans.get(planId)?.abort(new Error('Planning was stopped.'));
      return Promise.resolve({});
    },
  };
}

type WatchMethods = 'runs.list' | 'run.subscribe' | 'run.unsubscribe';

function watchHandlers(state: HostState, feeds: RunFeeds): Pick<HostHandlers, WatchMethods> {
  const { runs, reviews } = state;
  return {
    'runs.list': async () => {
      const views = await runs.list();
      const reviewed = await Promise.all(views.map((view) => reviews.withDecisions(view)));
      return { runs: reviewed.map(summarizeRun) };
    },
    'run.subscribe': ({ runId }) => feeds.subscribe(runId),
    'run.unsubscribe': ({ runId }) => {
      feeds.unsubscribe(runId);
      return Promise.resolve({});
    },
  };
}

type RunMethods =
  | 'run.start'
  | 'run.resume'
  | 'run.verifyAccepted'
  | 'run.control'
  | 'run.report'
  | 'run.script'
  | 'agent.transcript';

function runHandlers(state: HostState): Pick<HostHandlers, RunMethods> {
  const { runs } = state;
  return {
    'run.start': async (params) => {
      const { provider } = state;
      const rest = {
        allowedCommands: params.allowedCommands ?? [],
        setupCommand: params.setupCommand ?? null,
        requiredCommands: params.requiredCommands ?? [],
        budgetTokens: null,
        onLimit: 'wait' as const,
        onGate: 'wait' as const,
      };
      const signal = AbortSignal.timeout(START_TIMEOUT_MS);
      const live = await runs.start({ ...params, ...rest, provider }, signal);
      return { runId: await begin(state, live) };
    },
    'run.resume': async ({ runId, limits, allowedCommands = [] }) => {
      const kept = {
        script: null,
        approvedCommands: null,
        unsandboxed: null,
        budgetTokens: null,
        setupCommand: null,
        requiredCommands: null,
      };
      const rest = { allowedCommands, onLimit: 'wait' as const, onGate: 'wait' as const };
      const live = await runs.resume(runId, {
        ...kept,
        ...rest,
        limits,
        provider: state.provider,
      });
      return { runId: await begin(state, live) };
    },
    'run.verifyAccepted': async ({ runId, requiredCommands }) => {
      const signal = AbortSignal.timeout(START_TIMEOUT_MS);
      const order = { requiredCommands, unsandboxed: false };
      const live = await verifyAccepted(state, runId, { ...order, onGate: 'wait', signal });
      return { runId: await begin(state, live) };
    },
    'run.control': async ({ runId, control }) => {
      await steer(runs, runId, control);
      return {};
    },
    'run.report': async ({ runId }) => ({ markdown: await state.reviews.report(runId) }),
    'run.script': async ({ runId }) => ({ script: await runs.readFile(runId, 'script.js') }),
    'agent.transcript': async ({ runId, agentId }) => ({
      markdown: await readTranscript(runs, runId, agentId),
    }),
  };
}

/** Waits for the first event on disk: before it there is nothing to subscribe to and nothing to steer. */
async function begin({ services }: HostState, live: LiveRun): Promise<string> {
  live.ended.catch((error: unknown) => {
    services.log.error('run', String(error), { runId: live.runId });
  });
  await live.begun;
  return live.runId;
}

/** Hands what the user asked for to whoever owns the run; an answer also reaches a run that nobody runs. */
async function steer(runs: RunService, runId: string, control: RunControl): Promise<void> {
  const owner = runs.live(runId) === undefined ? await runs.ownerOf(runId) : null;
  if (owner !== null) {
    const connection = await openOwner(owner);
    try {
      await connection.request('run.control', { runId, control });
    } finally {
      connection.dispose();
    }
    return;
  }
  if (runs.live(runId) === undefined && control.action === 'answerGate') {
    await runs.answerGate(runId, control);
  } else runs.control(runId, control);
}

async function readTranscript(runs: RunService, runId: string, agentId: number): Promise<string> {
  const name = `agents/${String(agentId).padStart(4, '0')}/transcript.jsonl`;
  try {
    return formatTranscript(await runs.readFile(runId, name));
  } catch (error) {
    if (isMissing(error)) return 'This agent has not sent anything yet.';
    throw error;
  }
}

type ProposalMethods =
  | 'proposals.get'
  | 'proposals.content'
  | 'proposals.accept'
  | 'proposals.undo'
  | 'proposals.applied'
  | 'proposals.reject'
  | 'proposals.restore'
  | 'conflicts.content';

function proposalHandlers(
  state: HostState,
  applies: ClientApplies,
): Pick<HostHandlers, ProposalMethods> {
  const { reviews } = state;
  const announce = (runId: string): Promise<void> => announceReview(state, runId);
  return {
    'proposals.get': ({ runId }) => reviews.get(runId),
    'proposals.content': async (params) => toContent(await reviews.content(params)),
    'conflicts.content': async (params) => toContent(await reviews.conflictContent(params)),
    'proposals.accept': ({ runId, selection, openBuffers }) =>
      applies.handOut(reviews.accept(runId, selection, openBuffers)),
    'proposals.undo': ({ runId, decisionId, openBuffers }) =>
      applies.handOut(reviews.undo(runId, decisionId, openBuffers)),
    'proposals.applied': async ({ runId, decisionId, outcomes }) => {
      applies.reported(decisionId);
      const set = await reviews.applied(runId, decisionId, outcomes);
      await announce(runId);
      return set;
    },
    'proposals.reject': async ({ runId, selection }) => {
      const set = await reviews.reject(runId, selection);
      await announce(runId);
      return set;
    },
    'proposals.restore': async ({ runId, ...named }) => {
      const set = await reviews.restore(runId, named);
      await announce(runId);
      return set;
    },
  };
}

function toContent(bytes: Uint8Array | null): { readonly bytesBase64: string | null } {
  return { bytesBase64: bytes === null ? null : Buffer.from(bytes).toString('base64') };
}

/** After a decision every window learns what is still pending and whether the verdict still holds. */
async function announceReview(state: HostState, runId: string): Promise<void> {
  const { runs, reviews, services } = state;
  const view = await reviews.withDecisions(await runs.view(runId));
  const { proposals: counts, verdict, proposedTree } = view;
  const at = services.clock.nowMs();
  runs.show({ type: 'review.changed', runId, at, counts, verdict, proposedTree }, view);
  await state.broadcast('proposals.changed', { runId });
}
