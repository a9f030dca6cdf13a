import type { DurableRunEvent, RunEventOf } from '../../../protocol/events/runEvents.ts';
import type { Receipt } from '../../../protocol/receipt.ts';
import { addTokens, NO_TOKENS, type TokenUsage } from '../../../protocol/runLimits.ts';
import { commonFlags } from '../../journal/behaviourFlags.ts';
import { ActiveTime } from '../limits/activeTime.ts';
import {
  agentKey,
  type Delivery,
  type RecordedAgent,
  type RecordedGate,
  type ReplayLog,
} from './replayLog.ts';

/** Folds a whole journal; it may have many sessions. */
export function readReplayLog(events: readonly DurableRunEvent[]): ReplayLog {
  const fold = new ReplayFold();
  for (const event of events) fold.add(event);
  return fold.result();
}

type FoldedDelivery = Delivery | { readonly type: 'retry'; readonly seq: number };

class ReplayFold {
  #scriptSha256 = '';
  #provider = '';
  #model = '';
  #deliveries: FoldedDelivery[] = [];
  readonly #agents = new Map<number, RecordedAgent>();
  readonly #verifyCalls = new Map<number, number>();
  readonly #receipts: Receipt[] = [];
  readonly #gates = new Map<number, RecordedGate & { readonly key: string }>();
  /** Questions about commands by number. */
  readonly #questions = new Map<number, string>();
  readonly #allowedCommands: string[] = [];
  #lastCommandId = 0;
  #lastSetupId = 0;
  readonly #workflows: RunEventOf<'workflow.started'>[] = [];
  readonly #activeTime = new ActiveTime();
  #ended: RunEventOf<'run.ended'> | null = null;
  readonly #flags: (readonly string[])[] = [];
  #usage: TokenUsage = NO_TOKENS;
  #usd: number | null = 0;

  add(event: DurableRunEvent): void {
    this.#activeTime.add(event);
    switch (event.type) {
      case 'run.started':
      case 'run.resumed':
        this.#scriptSha256 = event.scriptSha256;
        this.#provider = event.provider;
        this.#model = event.model;
        this.#ended = null;
        this.#flags.push(event.flags);
        break;
      case 'replay.ended':
        this.#deliveries = this.#deliveries.slice(0, event.delivered);
        break;
      case 'agent.queued':
        this.#queueAgent(event);
        break;
      case 'agent.ended':
        this.#endAgent(event);
        break;
      case 'agent.replayed':
        this.#replayAgent(event);
        break;
      case 'verify.started':
        this.#verifyCalls.set(event.verifyId, event.callId);
        break;
      case 'verify.ended':
        this.#endVerification(event);
        break;
      case 'timer.fired':
        this.#deliveries.push({ type: 'timer', seq: event.seq, callId: event.callId });
        break;
      case 'gate.opened':
        this.#openGate(event);
        break;
      case 'gate.answered':
        this.#answerGate(event);
        break;
      case 'workflow.started':
        this.#workflows.push(event);
        this.#deliveries.push({
          type: 'workflow',
          seq: event.seq,
          callId: event.callId,
          started: event,
        });
        break;
      case 'call.refused':
        this.#refuse(event);
        break;
      case 'run.ended':
        this.#ended = event.status === 'completed' ? event : null;
        break;
      default:
        this.#addCommandEvent(event);
        break;
    }
  }

  #addCommandEvent(event: DurableRunEvent): void {
    if (event.type === 'command.asked') this.#questions.set(event.questionId, event.command);
    if (event.type === 'command.answered') this.#answerCommand(event);
    if (event.type === 'command.ended') this.#lastCommandId = event.commandId;
    if (event.type === 'setup.ended') this.#lastSetupId = event.setupId;
  }

  result(): ReplayLog {
    const cut = this.#deliveries.findIndex((delivery) => delivery.type === 'retry');
    const kept = cut < 0 ? this.#deliveries : this.#deliveries.slice(0, cut);
    const agents = [...this.#agents.values()];
    return {
      scriptSha256: this.#scriptSha256,
      provider: this.#provider,
      model: this.#model,
      deliveries: kept.filter((delivery) => delivery.type !== 'retry'),
      merged: this.#deliveries.flatMap((item) => (item.type === 'agent' ? [item.agent] : [])),
      agents: new Map(agents.map((agent) => [agent.key, agent])),
      receipts: this.#receipts,
      lastAgentId: agents.length,
      lastVerifyId: Math.max(0, ...this.#verifyCalls.keys()),
      lastQuestionId: Math.max(0, ...this.#gates.keys(), ...this.#questions.keys()),
      lastCommandId: this.#lastCommandId,
      lastSetupId: this.#lastSetupId,
      allowedCommands: this.#allowedCommands,
      lastWorkflowId: Math.max(0, ...this.#workflows.map((started) => started.workflowId)),
      gates: new Map([...this.#gates.values()].map((gate) => [gate.key, gate])),
      workflows: this.#workflows,
      finished: cut < 0 ? this.#ended : null,
      flags: commonFlags(this.#flags),
      activeMs: this.#activeTime.totalMs,
      usage: this.#usage,
      usd: this.#usd,
    };
  }

  #queueAgent(event: RunEventOf<'agent.queued'>): void {
    const { agentId, callId, contentKey, occurrence } = event;
    const groupTitle = event.group ?? event.phase ?? event.label;
    // A call that was refused has no content; nothing may be found by it.
    const key = contentKey === '' ? `refused ${agentId}` : agentKey(contentKey, occurrence);
    this.#agents.set(agentId, { agentId, callId, key, groupTitle, ended: null });
  }

  #endAgent(event: RunEventOf<'agent.ended'>): void {
    const agent = this.#agents.get(event.agentId);
    if (agent === undefined) return;
    const ended = { ...agent, ended: event };
    this.#agents.set(event.agentId, ended);
    this.#usage = addTokens(this.#usage, event.usage);
    this.#usd = this.#usd === null || event.usd === null ? null : this.#usd + event.usd;
    this.#deliver(ended, event.seq);
  }

  #replayAgent(event: RunEventOf<'agent.replayed'>): void {
    const agent = this.#agents.get(event.agentId);
    if (agent === undefined) return;
    const groupTitle = event.group ?? event.phase ?? event.label;
    const moved = { ...agent, callId: event.callId, groupTitle };
    this.#agents.set(event.agentId, moved);
    this.#deliver(moved, event.seq);
  }

  #deliver(agent: RecordedAgent, seq: number): void {
    const isOk = agent.ended?.outcome === 'ok';
    const { callId } = agent;
    this.#deliveries.push(isOk ? { type: 'agent', seq, callId, agent } : { type: 'retry', seq });
  }

  #openGate(event: RunEventOf<'gate.opened'>): void {
    const { gateId, callId, contentKey, occurrence } = event;
    const answer = this.#gates.get(gateId)?.answer ?? null;
    this.#gates.set(gateId, { gateId, callId, key: agentKey(contentKey, occurrence), answer });
  }

  #answerGate(event: RunEventOf<'gate.answered'>): void {
    const gate = this.#gates.get(event.gateId);
    if (gate === undefined) return;
    const { approved, note, by } = event;
    const answer = { approved, note, by };
    this.#gates.set(event.gateId, { ...gate, answer });
    this.#deliveries.push({ type: 'gate', seq: event.seq, callId: gate.callId, answer });
  }

  #answerCommand({ questionId, approved, forRun }: RunEventOf<'command.answered'>): void {
    const command = this.#questions.get(questionId);
    if (approved && forRun && command !== undefined) this.#allowedCommands.push(command);
  }

  #refuse(event: RunEventOf<'call.refused'>): void {
    const { seq, callId, mayRetry } = event;
    this.#deliveries.push(
      mayRetry ? { type: 'retry', seq } : { type: 'refusal', seq, callId, refused: event },
    );
  }

  #endVerification(event: RunEventOf<'verify.ended'>): void {
    const { seq, verifyId, receipt } = event;
    const callId = this.#verifyCalls.get(verifyId);
    if (receipt !== null) this.#receipts.push(receipt);
    if (receipt === null || callId === undefined) this.#deliveries.push({ type: 'retry', seq });
    else this.#deliveries.push({ type: 'verify', seq, callId, receipt });
  }
}
