/** What a journal has for a run that goes on: outcomes in the order of their delivery, and agents by content. */
import type { RunEventOf } from '../../../protocol/events/runEvents.ts';
import type { Receipt } from '../../../protocol/receipt.ts';
import type { TokenUsage } from '../../../protocol/runLimits.ts';

/** A person's answer, or what stood in for it. */
export type GateAnswer = Pick<RunEventOf<'gate.answered'>, 'approved' | 'note' | 'by'>;

/** An agent of an earlier session. `ended` is null when the session ended before it did. */
export interface RecordedAgent {
  readonly agentId: number;
  readonly callId: number;
  readonly key: string;
  readonly groupTitle: string;
  readonly ended: RunEventOf<'agent.ended'> | null;
}

/** One outcome that a script has seen; `seq` names the entry. */
export type Delivery =
  | {
      readonly type: 'agent';
      readonly seq: number;
      readonly callId: number;
      readonly agent: RecordedAgent;
    }
  | {
      readonly type: 'verify';
      readonly seq: number;
      readonly callId: number;
      readonly receipt: Receipt;
    }
  | { readonly type: 'timer'; readonly seq: number; readonly callId: number }
  | {
      readonly type: 'gate';
      readonly seq: number;
      readonly callId: number;
      readonly answer: GateAnswer;
    }
  | {
      readonly type: 'workflow';
      readonly seq: number;
      readonly callId: number;
      readonly started: RunEventOf<'workflow.started'>;
    }
  | {
      readonly type: 'refusal';
      readonly seq: number;
      readonly callId: number;
      readonly refused: RunEventOf<'call.refused'>;
    };

/** A gate of an earlier session; `answer` is null when nobody has answered it. */
export interface RecordedGate {
  readonly gateId: number;
  readonly callId: number;
  readonly answer: GateAnswer | null;
}

export interface ReplayLog {
  /** Of the session before: only where all three are the same can the same calls be expected. */
  readonly scriptSha256: string;
  readonly provider: string;
  readonly model: string;
  /** Up to the first outcome that is to be tried again. */
  readonly deliveries: readonly Delivery[];
  readonly agents: ReadonlyMap<string, RecordedAgent>;
  /** Agents whose edits are in the tree, in the order of their merging. */
  readonly merged: readonly RecordedAgent[];
  readonly receipts: readonly Receipt[];
  /** Behaviour flags of every session. */
  readonly flags: ReadonlySet<string>;
  /** The last entry of a session that completed with nothing left to try again; null otherwise. */
  readonly finished: RunEventOf<'run.ended'> | null;
  /** By content key and occurrence. */
  readonly gates: ReadonlyMap<string, RecordedGate>;
  readonly workflows: readonly RunEventOf<'workflow.started'>[];
  readonly lastAgentId: number;
  readonly lastVerifyId: number;
  /** Of gates and of questions about commands. */
  readonly lastQuestionId: number;
  readonly lastCommandId: number;
  readonly lastSetupId: number;
  /** Commands that the user allowed for the whole run. */
  readonly allowedCommands: readonly string[];
  readonly lastWorkflowId: number;
  /** Time of the earlier sessions without their pauses. */
  readonly activeMs: number;
  readonly usage: TokenUsage;
  readonly usd: number | null;
}

/** Where an agent is found by what it was asked. */
export function agentKey(contentKey: string, occurrence: number): string {
  return `${contentKey}#${occurrence}`;
}

/** Whether a session does what the one before did, so that its outcomes can come in the same order. */
export function isSameAsBefore(
  log: Pick<ReplayLog, 'scriptSha256' | 'provider' | 'model'>,
  now: Pick<ReplayLog, 'scriptSha256' | 'provider' | 'model'>,
): boolean {
  const { scriptSha256, provider, model } = log;
  return scriptSha256 === now.scriptSha256 && provider === now.provider && model === now.model;
}
