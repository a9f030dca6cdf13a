/** What a script talks to in a mock run: stubs in the place of agents, commands and people. */
import { assertNever } from '../../base/assertNever.ts';
import { errorText } from '../../base/errorText.ts';
import type { Json } from '../../base/json.ts';
import type { EstimateGap, StubKind } from '../../protocol/estimate.ts';
import type { AsyncCall, HostToScript } from '../../protocol/threads/scriptMessages.ts';
import type { ScriptCallMessage, ScriptHost, ScriptSyncMessage } from '../ports/scriptRunner.ts';
import { Deliveries } from '../run/answers/deliveries.ts';
import { answerScriptRead } from '../run/calls/scriptReads.ts';
import { TaskTracker } from '../run/taskTracker.ts';
import { MAX_STUB_CALLS } from './estimateLimits.ts';
import type { EstimateRequest, EstimateServices } from './estimateRequest.ts';
import type { MockRun } from './mockRun.ts';
import { MockRunRecorder } from './mockRunRecorder.ts';
import { readMockAgent, type ReadMockAgent } from './readMockAgent.ts';
import { readMockVerify } from './readMockVerify.ts';
import { StubAnswers } from './stubs/stubAnswers.ts';
import type { TokenTable } from './agentTokens.ts';
import { VirtualSchedule } from './virtualSchedule.ts';

type Send = (answer: HostToScript) => void;
type AgentMessage = Extract<AsyncCall, { method: 'agent' }>;

export interface StubHostOptions {
  readonly kind: StubKind;
  readonly request: EstimateRequest;
  readonly services: EstimateServices;
  readonly tokens: TokenTable;
  /** Called once, when the mock run must not go on. */
  readonly stop: () => void;
  /** Called for each sign of life. */
  readonly onMessage: () => void;
}

export class StubHost implements ScriptHost {
  readonly #options: StubHostOptions;
  readonly #schedule = new VirtualSchedule();
  readonly #deliveries = new Deliveries();
  readonly #answers: StubAnswers;
  readonly #children = new Map<number, string>();
  readonly #tasks: TaskTracker;
  readonly #seen: MockRunRecorder;
  #outputTokens = 0;
  #calls = 0;
  #isFull = false;

  constructor(options: StubHostOptions) {
    this.#options = options;
    const { kind, services, stop } = options;
    const paths = services.snapshot.entries.map((entry) => entry.path);
    this.#answers = new StubAnswers(kind, paths);
    this.#tasks = new TaskTracker(stop);
    this.#seen = new MockRunRecorder(kind);
  }

  /** What was seen so far. */
  get seen(): MockRun {
    return this.#seen.result(this.#schedule.sent > 0);
  }

  /** Whether a cap of ours ended the mock run. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Rejects with a fault of ours. */
  settled(): Promise<void> {
    return this.#tasks.settled();
  }

  onMessage(message: ScriptCallMessage, send: Send): void {
    this.#options.onMessage();
    try {
      this.#receive(message, send);
    } catch (error) {
      // A fault of ours ends the estimate, and not the host that it runs in.
      this.#fill('threw', `the mock run failed: ${errorText(error)}`);
      this.#options.stop();
    }
  }

  #receive(message: ScriptCallMessage, send: Send): void {
    switch (message.type) {
      case 'call':
        this.#call(message.callId, message.call, send);
        break;
      case 'cancelTimer':
        this.#schedule.cancelTimer(message.callId);
        break;
      case 'waiting':
        if (this.#isFull) this.#options.stop();
        else this.#schedule.noteWaiting(message.answers);
        break;
      case 'log':
        this.#seen.noteLog(message.message);
        break;
      case 'phase':
      case 'childEnd':
        break;
      default:
        assertNever(message);
    }
  }

  onSync(message: ScriptSyncMessage): ReturnType<ScriptHost['onSync']> {
    this.#options.onMessage();
    return answerScriptRead(message, this.#options.services).catch((error: unknown) => ({
      type: 'throw',
      error: { name: 'Error', message: `The snapshot cannot be read: ${errorText(error)}` },
    }));
  }

  #call(callId: number, call: AsyncCall, send: Send): void {
    this.#calls += 1;
    if (this.#calls > MAX_STUB_CALLS) {
      this.#fill('callCap', `The script makes more than ${MAX_STUB_CALLS} calls.`);
      // It may never stand still again.
      this.#options.stop();
      return;
    }
    switch (call.method) {
      case 'agent':
        this.#agent(callId, call, send);
        break;
      case 'verify':
        this.#verify(callId, call, send);
        break;
      case 'gate':
        this.#seen.gates.push({ phase: call.phase });
        this.#settle(callId, this.#answers.gate(), send);
        break;
      case 'timer': {
        const make = (): HostToScript => this.#deliveries.settle(callId, null);
        this.#schedule.addTimer({ callId, make, send }, call.delayMs);
        break;
      }
      case 'workflow':
        this.#workflow(callId, call.params, send);
        break;
      default:
        assertNever(call);
    }
  }

  #agent(callId: number, message: AgentMessage, send: Send): void {
    const { request, services } = this.#options;
    const spent = this.#outputTokens;
    if (request.budgetTokens !== null && spent >= request.budgetTokens) {
      const text = `The budget of ${request.budgetTokens} output tokens is used.`;
      const error = { name: 'WorkflowLimitError', message: text, limit: 'budget', value: spent };
      this.#add(callId, () => this.#deliveries.fail(callId, error), send);
      return;
    }
    const place = {
      chain: this.#schedule.depth + 1,
      childName: message.child === null ? null : (this.#children.get(message.child) ?? null),
    };
    const read = readMockAgent(message, { ...place, request, agentTypes: services.agentTypes });
    if (read.type === 'unknownType') {
      this.#throw(callId, read.message, send);
      return;
    }
    if (this.#isOverCap(read.agent.phase)) return;
    this.#seen.agents.push(read.agent);
    if (read.type === 'wrong') {
      this.#seen.note('wrongCall', read.message);
      const error = { code: 'agent_prompt_invalid', message: read.message };
      this.#settle(callId, message.outcome ? { status: 'failed', error } : null, send);
      return;
    }
    const value = this.#answers.agent(read.call);
    const make = (): HostToScript => {
      this.#countUse(read);
      return this.#deliveries.settle(callId, message.outcome ? { status: 'ok', value } : value);
    };
    this.#schedule.add({ callId, make, send }, 1);
  }

  /** As in a run, a call over a cap stays pending. */
  #isOverCap(phase: string | null): boolean {
    const { maxAgents, perPhase } = this.#options.request.limits;
    const { agents } = this.#seen;
    const most = perPhase?.maxAgents ?? Infinity;
    const isOver = (): boolean => agents.filter((agent) => agent.phase === phase).length >= most;
    if (agents.length < maxAgents && (most > agents.length || !isOver())) return false;
    const cap = agents.length < maxAgents ? most : maxAgents;
    const where = agents.length < maxAgents ? ` in phase ${phase ?? '(none)'}` : '';
    this.#fill('agentCap', `The script asks for more than ${cap} agents${where}.`);
    this.#seen.cap ??= cap;
    return true;
  }

  #countUse({ agent, call }: Extract<ReadMockAgent, { type: 'agent' }>): void {
    const { outputTokens } = this.#options.tokens.of(agent.agentType, agent.phase).typical.usage;
    const changed = agent.writes.length > 0 ? this.#answers.changedPath(call) : null;
    this.#outputTokens += outputTokens;
    const treeChanges = changed === null ? [] : [changed];
    this.#deliveries.count({ usage: { outputTokens }, usd: 0, treeChanges });
  }

  #verify(callId: number, call: Extract<AsyncCall, { method: 'verify' }>, send: Send): void {
    const spec = readMockVerify(call.params);
    if (spec === null) {
      this.#throw(callId, 'verify() needs a command: a string, or an object { command }.', send);
      return;
    }
    const phase = spec.phase ?? call.phase;
    this.#seen.verifications.push({ phase, command: spec.command });
    this.#settle(callId, this.#answers.receipt(spec.command), send);
  }

  #workflow(callId: number, params: string, send: Send): void {
    const { resolveChild } = this.#options.services;
    if (resolveChild === undefined) {
      this.#throw(callId, 'workflow() is not part of this estimate.', send);
      return;
    }
    const load = async (): Promise<{ callId: number; make: () => HostToScript; send: Send }> => {
      try {
        const child = await resolveChild(params);
        this.#children.set(callId, child.name);
        this.#seen.workflows.push(child.name);
        return { callId, send, make: () => this.#deliveries.settle(callId, { ...child }) };
      } catch (error) {
        const info = { name: 'Error', message: errorText(error) };
        return { callId, send, make: () => this.#deliveries.fail(callId, info) };
      }
    };
    this.#tasks.track(this.#schedule.addLater(load()));
  }

  #settle(callId: number, value: Json, send: Send): void {
    this.#add(callId, () => this.#deliveries.settle(callId, value), send);
  }

  #throw(callId: number, message: string, send: Send): void {
    this.#add(callId, () => this.#deliveries.fail(callId, { name: 'Error', message }), send);
  }

  #add(callId: number, make: () => HostToScript, send: Send): void {
    this.#schedule.add({ callId, make, send }, 0);
  }

  #fill(code: EstimateGap['code'], message: string): void {
    if (!this.#isFull) this.#seen.note(code, message);
    this.#isFull = true;
  }
}
