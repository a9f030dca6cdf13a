import type { ScriptCheck } from '../../protocol/plan.ts';
import type { RunLimits } from '../../protocol/runLimits.ts';
import type { PreparedChild } from '../../protocol/threads/scriptMessages.ts';
import type { AgentTypes } from '../agent/agentTypes.ts';
import type { Snapshot, SnapshotStore } from '../ports/fileView.ts';
import type { ScriptRunner } from '../ports/scriptRunner.ts';
import type { PriceTable } from '../../protocol/modelPrices.ts';
import type { AgentSample } from './agentTokens.ts';

export interface EstimateRequest {
  readonly script: string;
  /** Of this script; only one that passes can be estimated. */
  readonly check: ScriptCheck;
  /** JSON text, or null for `undefined`. */
  readonly argsJson: string | null;
  readonly budgetTokens: number | null;
  readonly limits: RunLimits;
  readonly provider: string;
  /** For agents that name none. */
  readonly model: string;
  /** Agents of earlier runs with this provider. */
  readonly history: readonly AgentSample[];
  /** Prices that come before the built-in ones. */
  readonly prices?: PriceTable | undefined;
}

/** Ends a mock run that takes too long; its time runs from the script's first sign of life. */
export interface StubTimeLimit {
  readonly signal: AbortSignal;
  noteLife(): void;
  dispose(): void;
}

export interface EstimateServices {
  readonly scripts: ScriptRunner;
  readonly snapshot: Snapshot;
  readonly snapshots: SnapshotStore;
  /** A new one for each mock run. */
  readonly startTimeLimit: () => StubTimeLimit;
  /** Prepares what workflow() names; without it such a call throws in the script. */
  readonly resolveChild?: ResolveChild | undefined;
  readonly agentTypes: AgentTypes;
}

/** Turns the JSON text of `[nameOrRef, args]` into a child; rejects with what the script is to catch. */
export type ResolveChild = (paramsJson: string) => Promise<PreparedChild>;
