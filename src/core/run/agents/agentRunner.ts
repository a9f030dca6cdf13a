/** Carries out the script's calls of agent(): reservation, permit, attempts, merge, outcome. */
import type { ErrorInfo } from '../../../protocol/errorCodes.ts';
import type { HostToScript, ThrownError } from '../../../protocol/threads/scriptMessages.ts';
import type { AgentCall } from '../../agent/agentCall.ts';
import type { AgentTypes } from '../../agent/agentTypes.ts';
import { computeUntrusted } from '../../agent/computeUntrusted.ts';
import { groupTitleOf } from '../../changes/groupTitleOf.ts';
import { settleAgentCall } from '../answers/settleAgentCall.ts';
import { refuseCall } from '../answers/refuseCall.ts';
import { failedEnd } from '../outcomes/agentEnds.ts';
import type { IdentifiedAgent, IdentifiedCall } from '../outcomes/identifiedCall.ts';
import type { RecordedAgent } from '../replay/replayLog.ts';
import type { AgentCallContext } from './agentContext.ts';
import { queuedFact, refusedFact } from './agentFacts.ts';
import { AgentTask } from './agentTask.ts';
import { CallIdentifier, type AgentCallMessage } from './callIdentifier.ts';
import { HeldCalls } from './heldCalls.ts';
import { mergeOutcome, recordOutcome, type Deliver } from './mergeOutcome.ts';
import { RecordedOutcomes } from './recordedOutcomes.ts';
import { warnOnce } from './warnOnce.ts';

type Send = (answer: HostToScript) => void;

export interface AgentRunnerOptions {
  readonly agentTypes: () => AgentTypes;
  /** The child workflow that a call stands in; null for the script itself. */
  readonly workflowIdOf: (callId: number | null) => number | null;
}

export class AgentRunner {
  readonly #ctx: AgentCallContext;
  readonly #warnOnce: (message: string) => void;
  readonly #identifier: CallIdentifier;
  readonly #recorded: RecordedOutcomes;
  readonly #held: HeldCalls<ReadyCall>;
  readonly #tasks = new Map<number, AgentTask>();
  #lastAgentId: number;

  constructor(ctx: AgentCallContext, options: AgentRunnerOptions) {
    const { config, services } = ctx;
    this.#ctx = ctx;
    this.#warnOnce = warnOnce(ctx.warn);
    this.#identifier = new CallIdentifier({
      config,
      services,
      warnOnce: this.#warnOnce,
      ...options,
    });
    this.#recorded = new RecordedOutcomes(ctx);
    this.#held = new HeldCalls(ctx.suspend);
    this.#lastAgentId = ctx.replay?.lastAgentId ?? 0;
  }

  /** Agents that the script asked for. */
  get started(): number {
    return this.#lastAgentId;
  }

  /** Reads a call and counts it; to be called once for each, in the order of their arrival. */
  identify(message: AgentCallMessage): IdentifiedCall {
    return this.#identifier.identify(message);
  }

  /** Resolves when the call has been answered, or the run has been stopped. */
  async handle(
    callId: number,
    work: { readonly message: AgentCallMessage; readonly identified: IdentifiedCall },
    send: Send,
  ): Promise<void> {
    const { message, identified } = work;
    const caller = { callId, asOutcome: message.outcome };
    const deliver: Deliver = (end) => send(settleAgentCall(this.#ctx, caller, end));
    if (identified.type === 'wrong') {
      await this.#refuse(callId, identified.wrong, deliver);
      return;
    }
    const problem =
      identified.type === 'unknownType'
        ? this.#identifier.describeUnknownType(identified.name)
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
    for (const call of this.#held.takeAll()) this.#ctx.track(this.#startAgent(call));
  }

  /** The run was stopped at a limit: calls that wait for a place get the error. */
  rejectHeld(error: ThrownError): void {
    for (const { callId, send } of this.#held.takeAll()) {
      send(this.#ctx.deliveries.fail(callId, error));
    }
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
    const end = await this.#recorded.mergeNext(recorded);
    const caller = { callId: call.callId, asOutcome: call.message.outcome };
    call.send(settleAgentCall(this.#ctx, caller, end));
  }

  async #startAgent(ready: ReadyCall): Promise<void> {
    const { callId, agent, deliver } = ready;
    const recorded = this.#recorded.find(agent);
    if (recorded !== undefined) {
      if (await this.#recorded.reuse({ callId, recorded, agent }, deliver)) return;
    }
    const { phase } = agent.call;
    const limit =
      recorded === undefined ? this.#ctx.limits.agentLimit(this.#lastAgentId, phase) : null;
    if (limit !== null) {
      this.#warnOnce(`${limit.message} The agents within it go on; further ones wait.`);
      this.#held.hold(ready, limit);
      return;
    }
    const agentId = recorded?.agentId ?? this.#nextId(phase);
    await this.#held.admit(() => this.#runAgent(agentId, ready));
  }

  async #runAgent(agentId: number, { callId, agent, deliver }: ReadyCall): Promise<void> {
    await this.#ctx.recorder.record(queuedFact(callId, agentId, agent));
    const { call, model, agentType } = agent;
    const task = new AgentTask(this.#ctx, { agentId, call, model, agentType });
    this.#tasks.set(agentId, task);
    const groupTitle = groupTitleOf(call);
    try {
      await task.run((end, rule) =>
        mergeOutcome(this.#ctx, { agentId, groupTitle, end, rule }, deliver),
      );
    } finally {
      this.#tasks.delete(agentId);
    }
  }

  async #refuse(
    callId: number,
    wrong: { readonly label: string; readonly phase: string | null; readonly error: ErrorInfo },
    deliver: Deliver,
  ): Promise<void> {
    const { label, phase, error } = wrong;
    const agentId = this.#nextId(phase);
    const { recorder, config } = this.#ctx;
    await recorder.record(refusedFact({ callId, agentId, label, phase, model: config.model }));
    const end = failedEnd(error);
    const ending = { agentId, groupTitle: label, end, rule: 'keepAside' } as const;
    await recordOutcome(this.#ctx, ending, deliver);
  }

  async #schemaProblem(call: AgentCall): Promise<string | null> {
    if (call.schema === null) return null;
    const schemaJson = JSON.stringify(call.schema);
    const task = { type: 'validate' as const, schemaJson, valueJson: null };
    const { services, signal } = this.#ctx;
    const answer = await computeUntrusted(services.compute, task, signal);
    return answer.type === 'refused' ? `agent(): ${answer.message}` : null;
  }

  #nextId(phase: string | null): number {
    this.#lastAgentId += 1;
    this.#ctx.limits.noteAgent(phase);
    return this.#lastAgentId;
  }
}

/** A call that is ready to become an agent. */
interface ReadyCall {
  readonly callId: number;
  readonly agent: IdentifiedAgent;
  readonly deliver: Deliver;
  readonly send: Send;
}
