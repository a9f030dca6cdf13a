import type { EstimateGap } from '../../protocol/estimate.ts';

/** One agent that a mock run asked for. */
export interface MockAgent {
  readonly phase: string | null;
  readonly agentType: string;
  readonly model: string;
  readonly tools: readonly string[];
  readonly writes: readonly string[];
  /** Agents in a row that had to end before this one could, itself included. */
  readonly chain: number;
  /** False for a call that no model is asked for, such as one without a prompt. */
  readonly asksModel: boolean;
}

/** What one mock run saw. */
export interface MockRun {
  readonly agents: readonly MockAgent[];
  readonly verifications: readonly { readonly phase: string | null; readonly command: string }[];
  readonly gates: readonly { readonly phase: string | null }[];
  readonly workflows: readonly string[];
  readonly gaps: readonly EstimateGap[];
  /** The cap on agents that stopped it, or null. */
  readonly cap: number | null;
  /** False when no stub ever answered anything, so that another stub would lead to the same. */
  readonly wasAnswered: boolean;
}
