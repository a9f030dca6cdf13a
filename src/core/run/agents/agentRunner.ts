/** Carries out the script's calls of agent(): reservation, permit, attempts, merge, outcome. */
import { Mutex } from '../../../base/mutex.ts';
import { isJsonLongerThan } from '../../../base/json.ts';
import type { ErrorInfo } from '../../../protocol/errorCodes.ts';
import { JsonTextLimit } from '../../../protocol/threads/messageLimits.ts';
import type {
  AsyncCall,
  HostToScript,
  ThrownError,
} from '../../../protocol/threads/scriptMessages.ts';
import {
  contentKey,
  readAgentCall,
  type AgentCall,
  type ReadAgentCall,
} from '../../agent/agentCall.ts';
import { computeUntrusted } from '../../agent/computeUntrusted.ts';
import { definitionKey, type AgentType } from '../../agent/agentTypes.ts';
import { loadAgentChanges } from '../../changes/tree/agentChanges.ts';
import type { MergeReport } from '../../changes/tree/runTree.ts';
import { groupTitleOf } from '../../changes/groupTitleOf.ts';
import { resolveModel } from '../../planner/modelAliases.ts';
import { failedEnd, type AgentEnd } from '../outcomes/agentEnds.ts';
import { endedFact, queuedFact, type Ending } from './agentFacts.ts';
import { AgentTask } from './agentTask.ts';
import type { ReachedLimit } from '../limits/limitKeeper.ts';
import { refuseCall } from '../refuseCall.ts';
import { RecordedChanges } from './recordedChanges.ts';
import { recordedEnd, stillReadsTheSame } from '../replay/recordedEnd.ts';
import { agentKey, type RecordedAgent } from '../replay/replayLog.ts';
import type { RunContext } from '../runContext.ts';
import { storeReads, storeValue } from '../outcomes/storeValue.ts';

export type AgentCallMessage = Extract<AsyncCall, { method: 'agent' }>;
type Send = (answer: HostToScript) => void;

/** A call understood and named by its content. Made at arrival, so that equal calls are counted in their order. */
export type IdentifiedCall =
  | { readonly type: 'wrong'; readonly wrong: Extract<ReadAgentCall, { type: 'wrong' }> }
  | { readonly type: 'unknownType'; readonly name: string }
  | {
      readonly type: 'agent';
      readonly call: AgentCall;
      readonly agentType: AgentType;
      readonly model: string;
      readonly contentKey: string;
      readonly occurrence: number;
      /** The child workflow it stands in. */
      readonly workflowId: number | null;
    };
type IdentifiedAgent = Extract<IdentifiedCall, { type: 'agent' }>;

export class AgentRunner {
  readonly #ctx: RunContext;
  readonly #workflowIdOf: (callId: number | null) => number | null;
  readonly #occurrences = new Map<string, number>();
  readonly #warned = new Set<string>();
  readonly #replaying = new Mutex();
  readonly #recordedChanges: RecordedChanges | null;
  readonly #tasks = new Map<number, AgentTask>();
  /** Calls that wait at a limit of agents, in their order. */
  #held: HeldCall[] = [];
  #reached: ReachedLimit | null = null;
  #admitted = 0;
  #lastAgentId: number;

  constructor(ctx: RunContext, workflowIdOf: (callId: number | null) => number | null) {
    this.#ctx = ctx;
    this.#workflowIdOf = workflowIdOf;
    this.#lastAgentId = ctx.replay?.lastAgentId ?? 0;
    const { blobs } = ctx.services.store;
    this.#recordedChanges = ctx.replay === null ? null : new RecordedChanges(ctx.replay, blobs);
  }

  /** Agents that the script asked for. */
  get started(): number {
    return this.#lastAgentId;
  }

  /** Reads a call and counts it; to be called once for each, in the order of their arrival. */
  identify(message: AgentCallMessage): IdentifiedCall {
    const read = readAgentCall(message.params, message.phase, message.problem);
    if (read.type === 'wrong') return { type: 'wrong', wrong: read };
    const { call } = read;
    this.#warnUnknownKeys(read.unknownKeys);
    const agentType = this.#ctx.agentTypes().find(call.agentType);
    if (agentType === null) return { type: 'unknownType', name: call.agentType };
    const model = this.#resolveModel(call.model ?? agentType.model);
    const key = contentKey(call, model, definitionKey(agentType));
    const occurrence = this.#occurrences.get(key) ?? 0;
    this.#occurrences.set(key, occurrence + 1);
    const workflowId = this.#workflowIdOf(message.child);
    return { type: 'agent', call, agentType, model, contentKey: key, occurrence, workflowId };
  }

  /** Whether an earlier session has asked for this agent, so that it counts already. */
  isRecorded(identified: IdentifiedCall): boolean {
    if (identified.type !== 'agent') return false;
    const key = agentKey(identified.contentKey, identified.occurrence);
    return this.#ctx.replay?.agents.has(key) ?? false;
  }

  /** Resolves when the call has been answered, or the run has been stopped. */
  async handle(
    callId: number,
    work: { readonly message: AgentCallMessage; readonly identified: IdentifiedCall },
    send: Send,
  ): Promise<void> {
    const { message, identified } = work;
    const deliver: Deliver = (end) => send(this.#answer(callId, message, end));
    if (identified.type === 'wrong') {
      await this.#refuse(callId, identified.wrong, deliver);
      return;
    }
    const problem =
      identified.type === 'unknownType'
        ? this.#unknownType(identified.name)
        : await this.#schemaProblem(identified.call);
    if (identified.type === 'unknownType' || problem !== null) {
      const error = { name: 'Error', message: problem ?? '' };
      await refuseCall(this.#ctx, { callId, method: 'agent', error, mayRetry: false }, send);
      return;
    }
    await this.#startAgent({ callId, agent: identified, deliver, send });
  }

  /** Starts the calls that waited at a limit of agents; those for which there is still no place wait on. */
  releaseHeld(): void {
    const held = this.#held;
    this.#held = [];
    this.#reached = null;
    for (const call of held) this.#ctx.track(this.#startAgent(call));
  }

  /** The run was stopped at a limit: calls that wait for a place get the error. */
  rejectHeld(error: ThrownError): void {
    const held = this.#held;
    this.#held = [];
    for (const { callId, send } of held) send(this.#ctx.deliveries.fail(callId, error));
  }

  /** The agent becomes null in the script; one that has ended stays as it is. */
  skip(agentId: number): void {
    this.#tasks.get(agentId)?.skip();
  }

  /** Begins another attempt of a running agent. */
  restart(agentId: number): void {
    this.#tasks.get(agentId)?.restart();
  }

  /** Answers a call with an outcome of an earlier session, whose edits count again. */
  async deliverRecorded(
    recorded: RecordedAgent,
    call: { readonly callId: number; readonly message: AgentCallMessage; readonly send: Send },
  ): Promise<void> {
    const { agentId, groupTitle, ended } = recorded;
    if (ended === null) throw new Error(`Agent ${agentId} has no outcome to deliver.`);
    const { blobs } = this.#ctx.services.store;
    if (this.#recordedChanges === null) throw new Error('A new run has no outcome to deliver.');
    const changes = await this.#recordedChanges.take(recorded);
    const { changedPaths } = await this.#ctx.tree.mergeChanges({ agentId, groupTitle, changes });
    const end = await recordedEnd(ended, changedPaths, blobs);
    this.#count(end);
    call.send(this.#answer(call.callId, call.message, end));
  }

  async #startAgent(held: HeldCall): Promise<void> {
    const { callId, agent, deliver } = held;
    const key = agentKey(agent.contentKey, agent.occurrence);
    const recorded = this.#ctx.replay?.agents.get(key);
    if (recorded !== undefined && (await this.#reuse(callId, { recorded, agent }, deliver))) return;
    const { phase } = agent.call;
    const limit =
      recorded === undefined ? this.#ctx.limits.agentLimit(this.#lastAgentId, phase) : null;
    if (limit !== null) {
      this.#holdBack(held, limit);
      return;
    }
    const agentId = recorded?.agentId ?? this.#nextId(phase);
    this.#admitted += 1;
    try {
      await this.#runAgent(agentId, held);
    } finally {
      this.#admitted -= 1;
      this.#suspendWhenIdle();
    }
  }

  async #runAgent(agentId: number, { callId, agent, deliver }: HeldCall): Promise<void> {
    await this.#ctx.recorder.record(queuedFact(callId, agentId, agent));
    const { call, model, agentType } = agent;
    const task = new AgentTask(this.#ctx, { agentId, call, model, agentType });
    this.#tasks.set(agentId, task);
    try {
      await task.run((end, rule) => this.#finish(agentId, { end, rule, agent }, deliver));
    } finally {
      this.#tasks.delete(agentId);
    }
  }

  /** The call stays pending: only the user may turn a limit into an error of the script. */
  #holdBack(held: HeldCall, limit: ReachedLimit): void {
    this.#held.push(held);
    this.#reached = limit;
    this.#warnOnce(`${limit.message} The agents within it go on; further ones wait.`);
    this.#suspendWhenIdle();
  }

  /** Agents that have their place may use it; the run stands still when all of them have ended. */
  #suspendWhenIdle(): void {
    if (this.#reached === null || this.#held.length === 0 || this.#admitted > 0) return;
    this.#ctx.suspend({ reason: 'limit', ...this.#reached });
  }

  /** False when the recorded outcome does not hold any more. One after the other, in the order of the calls. */
  #reuse(
    callId: number,
    found: { readonly recorded: RecordedAgent; readonly agent: IdentifiedAgent },
    deliver: Deliver,
  ): Promise<boolean> {
    const { recorded, agent } = found;
    const { tree, recorder, services } = this.#ctx;
    const { agentId, ended } = recorded;
    if (ended?.outcome !== 'ok') return Promise.resolve(false);
    return this.#replaying.run(async () => {
      const { blobs } = services.store;
      if (!(await stillReadsTheSame(ended, tree, blobs))) return false;
      const changes = await loadAgentChanges({ schemaVersion: 1, changes: ended.changes }, blobs);
      const groupTitle = groupTitleOf(agent.call);
      const known = await recordedEnd(ended, [], blobs);
      const { label, phase, group } = agent.call;
      let recorded: Promise<void> = Promise.resolve();
      const onMerged = ({ changedPaths }: MergeReport): void => {
        const end = { ...known, treeChanges: changedPaths };
        const treeHash = tree.treeHash();
        recorded = recorder.record(
          {
            type: 'agent.replayed',
            agentId,
            callId,
            label,
            phase,
            group,
            treeHash,
            conflictPaths: [],
          },
          () => {
            this.#count(end);
            deliver(end);
          },
        );
      };
      const order = { agentId, groupTitle, changes, onMerged };
      const { conflicts } = await tree.mergeChangesIfAllFit(order);
      await recorded;
      if (conflicts.length > 0) return false;
      return true;
    });
  }

  #count(end: AgentEnd): void {
    const { usd, treeChanges: changedPaths } = end;
    this.#ctx.deliveries.count({ outputTokens: end.usage.outputTokens, usd, changedPaths });
  }

  async #finish(
    agentId: number,
    given: {
      readonly end: AgentEnd;
      readonly rule: 'ifAllFit' | 'keepAside';
      readonly agent: IdentifiedAgent;
    },
    deliver: Deliver,
  ): Promise<readonly string[]> {
    const { store } = this.#ctx.services;
    const end = { ...given.end, value: store.scrub(given.end.value) };
    const groupTitle = groupTitleOf(given.agent.call);
    const paths = await this.#record({ agentId, groupTitle, ...given, end }, deliver);
    if (given.rule === 'keepAside' || paths.length === 0) this.#noteForBreaker(end);
    return paths;
  }

  /**
   * Nothing is awaited between the merge and the entry that tells of it: the order of the journal is the
   * order of the merges, which a resumed run and a review in another process carry out again.
   */
  async #record(ending: Ending, deliver: Deliver): Promise<readonly string[]> {
    const { tree, services, recorder } = this.#ctx;
    const { agentId, groupTitle, end, rule } = ending;
    const { blobs } = services.store;
    const value = end.outcome === 'ok' ? await storeValue(end.value, blobs) : null;
    const reads = await storeReads(end.reads, blobs);
    let recorded: Promise<void> = Promise.resolve();
    const onMerged = ({ changedPaths, conflicts }: MergeReport): void => {
      const conflictPaths = conflicts.map(({ path }) => path);
      const merged: AgentEnd = { ...end, treeChanges: changedPaths, conflictPaths };
      const treeHash = tree.treeHash();
      recorded = recorder.record(
        endedFact({ agentId, end: merged, value, reads, treeHash }),
        () => {
          this.#count(merged);
          deliver(merged);
        },
      );
    };
    const order = { agentId, groupTitle, changes: end.edits, onMerged };
    const report = await (rule === 'ifAllFit'
      ? tree.mergeChangesIfAllFit(order)
      : tree.mergeChanges(order));
    await recorded;
    return report.conflicts.map(({ path }) => path);
  }

  /** Agents that fail one after the other with the same cause hold the run before another token is spent. */
  #noteForBreaker(end: AgentEnd): void {
    const { breaker, suspend } = this.#ctx;
    if (end.outcome === 'ok') breaker.note({ outcome: 'ok' });
    if (end.outcome !== 'failed' || end.error === null) return;
    const { code, message } = end.error;
    const cause = breaker.note({ outcome: 'failed', cause: code });
    if (cause === null) return;
    const text = `${cause}. ${message}`;
    suspend({ reason: 'breaker', message: text, limit: 'breaker', value: 0 });
  }

  async #refuse(
    callId: number,
    wrong: { readonly label: string; readonly phase: string | null; readonly error: ErrorInfo },
    deliver: Deliver,
  ): Promise<void> {
    const { label, phase, error } = wrong;
    const agentId = this.#nextId(phase);
    await this.#ctx.recorder.record({
      type: 'agent.queued',
      agentId,
      callId,
      label,
      phase,
      contentKey: '',
      occurrence: 0,
      group: null,
      model: this.#ctx.config.model,
      agentType: 'general-purpose',
      promptSha256: '',
      promptPreview: '',
      workflowId: null,
    });
    const end = failedEnd(error);
    await this.#record({ agentId, groupTitle: label, end, rule: 'keepAside' }, deliver);
  }

  #resolveModel(asked: string | null): string {
    const { provider } = this.#ctx.services.governor.client;
    const requested = asked ?? undefined;
    const resolved = resolveModel({ requested, provider, defaultModel: this.#ctx.config.model });
    if (resolved.warning !== null) this.#warnOnce(resolved.warning);
    return resolved.model;
  }

  #unknownType(name: string): string {
    const names = this.#ctx.agentTypes().names().join(', ');
    return `Agent type "${name}" not found. There are: ${names}.`;
  }

  async #schemaProblem(call: AgentCall): Promise<string | null> {
    if (call.schema === null) return null;
    const schemaJson = JSON.stringify(call.schema);
    const task = { type: 'validate' as const, schemaJson, valueJson: null };
    const { services, signal } = this.#ctx;
    const answer = await computeUntrusted(services.compute, task, signal);
    return answer.type === 'refused' ? `agent(): ${answer.message}` : null;
  }

  #warnUnknownKeys(keys: readonly string[]): void {
    for (const key of keys) {
      this.#warnOnce(`agent() does not carry out the option "${key}"; it is ignored.`);
    }
  }

  #warnOnce(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#ctx.warn(message);
  }

  #nextId(phase: string | null): number {
    this.#lastAgentId += 1;
    this.#ctx.limits.noteAgent(phase);
    return this.#lastAgentId;
  }

  #answer(callId: number, { outcome: asOutcome }: AgentCallMessage, end: AgentEnd): HostToScript {
    const { deliveries } = this.#ctx;
    const stopError = this.#ctx.stopError();
    if (end.outcome === 'cancelled' && stopError !== null)
      return deliveries.fail(callId, stopError);
    if (end.outcome === 'ok') {
      const value = asOutcome ? { status: 'ok', value: end.value } : end.value;
      if (!isJsonLongerThan(value, JsonTextLimit)) return deliveries.settle(callId, value);
      const message = 'The agent’s answer is too large to hand to the script.';
      return deliveries.fail(callId, { name: 'RangeError', message });
    }
    const error = end.error ?? { code: 'internal', message: 'No cause was recorded.' };
    if (!asOutcome) return deliveries.settleFailed(callId, error.message);
    return deliveries.settle(callId, { status: end.outcome, error });
  }
}

type Deliver = (end: AgentEnd) => void;

/** A call that is ready to become an agent. */
interface HeldCall {
  readonly callId: number;
  readonly agent: IdentifiedAgent;
  readonly deliver: Deliver;
  readonly send: Send;
}
