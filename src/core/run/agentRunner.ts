/** Carries out the script's calls of agent(): reservation, permit, attempts, merge, outcome. */
import { createHash } from 'node:crypto';
import { oneLine } from '../../base/format.ts';
import { isJsonLongerThan, type Json } from '../../base/json.ts';
import type { ErrorInfo } from '../../protocol/errorCodes.ts';
import { JsonTextLimit } from '../../protocol/messageLimits.ts';
import type { RunFact } from '../../protocol/runEvents.ts';
import type { AsyncCall, HostToScript } from '../../protocol/scriptMessages.ts';
import { contentKey, readAgentCall, type AgentCall } from '../agent/agentCall.ts';
import { agentTypeNames, findAgentType, type AgentType } from '../agent/agentTypes.ts';
import { resolveModel } from '../planner/modelAliases.ts';
import { failedEnd } from './agentEnds.ts';
import { AgentTask, type AgentEnd } from './agentTask.ts';
import type { RunContext } from './runContext.ts';
import { storeReads, storeValue } from './storeValue.ts';

type AgentCallMessage = Extract<AsyncCall, { method: 'agent' }>;
type Send = (answer: HostToScript) => void;

const PREVIEW_CHARS = 200;

export class AgentRunner {
  readonly #ctx: RunContext;
  readonly #occurrences = new Map<string, number>();
  readonly #warned = new Set<string>();
  #lastAgentId = 0;

  constructor(ctx: RunContext) {
    this.#ctx = ctx;
  }

  /** Agents that the script asked for. */
  get started(): number {
    return this.#lastAgentId;
  }

  /** Resolves when the call has been answered, or the run has been stopped. */
  async handle(callId: number, message: AgentCallMessage, send: Send): Promise<void> {
    const read = readAgentCall(message.params, message.phase);
    const deliver: Deliver = (end) => send(this.#answer(callId, message.outcome, end));
    if (read.type === 'wrong') {
      await this.#refuse(callId, read, deliver);
      return;
    }
    this.#warnUnknownKeys(read.unknownKeys);
    const agentType = findAgentType(read.call.agentType);
    const problem =
      agentType === null ? unknownType(read.call.agentType) : await this.#schemaProblem(read.call);
    if (agentType === null || problem !== null) {
      send(this.#ctx.deliveries.fail(callId, { name: 'Error', message: problem ?? '' }));
      return;
    }
    await this.#runAgent(callId, { call: read.call, agentType }, deliver);
  }

  async #runAgent(
    callId: number,
    work: { readonly call: AgentCall; readonly agentType: AgentType },
    deliver: Deliver,
  ): Promise<void> {
    const { call, agentType } = work;
    const model = this.#resolveModel(call);
    const agentId = this.#nextId();
    await this.#ctx.recorder.record(this.#queuedFact({ callId, agentId, call, model, agentType }));
    const task = new AgentTask(this.#ctx, { agentId, call, model, agentType });
    await this.#finish(agentId, await task.run(), deliver);
  }

  async #finish(agentId: number, end: AgentEnd, deliver: Deliver): Promise<void> {
    const { store } = this.#ctx.services;
    const fact: RunFact = {
      type: 'agent.ended',
      agentId,
      outcome: end.outcome,
      value: end.outcome === 'ok' ? await storeValue(end.value, store.blobs) : null,
      valuePreview: end.outcome === 'ok' ? preview(end.value) : '',
      error: end.error,
      turns: end.turns,
      usage: end.usage,
      usd: end.usd,
      changes: [...end.changes],
      conflictPaths: [...end.conflictPaths],
      reads: await storeReads(end.reads, store.blobs),
      treeHash: this.#ctx.tree.treeHash(),
    };
    await this.#ctx.recorder.record(fact, () => {
      const { usd, treeChanges: changedPaths } = end;
      this.#ctx.deliveries.count({ outputTokens: end.usage.outputTokens, usd, changedPaths });
      deliver(end);
    });
  }

  async #refuse(
    callId: number,
    wrong: { readonly label: string; readonly phase: string | null; readonly error: ErrorInfo },
    deliver: Deliver,
  ): Promise<void> {
    const agentId = this.#nextId();
    const { label, phase, error } = wrong;
    await this.#ctx.recorder.record({
      ...{ type: 'agent.queued', agentId, callId, label, phase },
      ...{ contentKey: '', occurrence: 0, group: null, model: this.#ctx.config.model },
      ...{ agentType: 'general-purpose', promptSha256: '', promptPreview: '' },
    });
    await this.#finish(agentId, failedEnd(error), deliver);
  }

  #queuedFact(agent: {
    readonly callId: number;
    readonly agentId: number;
    readonly call: AgentCall;
    readonly model: string;
    readonly agentType: AgentType;
  }): RunFact {
    const { call, callId, agentId, model, agentType } = agent;
    const key = contentKey(call, model, agentType.instructions);
    const occurrence = this.#occurrences.get(key) ?? 0;
    this.#occurrences.set(key, occurrence + 1);
    return {
      ...{ type: 'agent.queued', agentId, callId, contentKey: key, occurrence, model },
      label: call.label,
      phase: call.phase,
      group: call.group,
      agentType: agentType.name,
      promptSha256: createHash('sha256').update(call.prompt).digest('hex'),
      promptPreview: oneLine(call.prompt, PREVIEW_CHARS),
    };
  }

  #resolveModel(call: AgentCall): string {
    const { provider } = this.#ctx.services.governor.client;
    const requested = call.model ?? undefined;
    const resolved = resolveModel({ requested, provider, defaultModel: this.#ctx.config.model });
    if (resolved.warning !== null) this.#warnOnce(resolved.warning);
    return resolved.model;
  }

  async #schemaProblem(call: AgentCall): Promise<string | null> {
    if (call.schema === null) return null;
    const schemaJson = JSON.stringify(call.schema);
    const task = { type: 'validate' as const, schemaJson, valueJson: null };
    const answer = await this.#ctx.services.compute.run(task, this.#ctx.signal);
    return answer.type === 'refused' ? `agent(): ${answer.message}` : null;
  }

  #warnUnknownKeys(keys: readonly string[]): void {
    for (const key of keys) {
      this.#warnOnce(`agent() has no option "${key}"; it is ignored.`);
    }
  }

  #warnOnce(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#ctx.warn(message);
  }

  #nextId(): number {
    this.#lastAgentId += 1;
    return this.#lastAgentId;
  }

  #answer(callId: number, asOutcome: boolean, end: AgentEnd): HostToScript {
    const { deliveries } = this.#ctx;
    if (end.outcome === 'ok') {
      const value = asOutcome ? { status: 'ok', value: end.value } : end.value;
      if (!isJsonLongerThan(value, JsonTextLimit)) return deliveries.settle(callId, value);
      const message = 'The agent’s answer is too large to hand to the script.';
      return deliveries.fail(callId, { name: 'RangeError', message });
    }
    if (!asOutcome) return deliveries.settle(callId, null);
    const error = end.error ?? { code: 'internal', message: 'No cause was recorded.' };
    return deliveries.settle(callId, { status: end.outcome, error });
  }
}

type Deliver = (end: AgentEnd) => void;

function unknownType(name: string): string {
  return `Agent type "${name}" not found. There are: ${agentTypeNames()}.`;
}

function preview(value: Json): string {
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value), PREVIEW_CHARS);
}
