import type { AgentCall, ReadAgentCall } from '../../agent/agentCall.ts';
import type { AgentType } from '../../agent/agentTypes.ts';

/** A call of agent() that can become an agent. Equal calls are told apart by their occurrence. */
export interface IdentifiedAgent {
  readonly type: 'agent';
  readonly call: AgentCall;
  readonly agentType: AgentType;
  readonly model: string;
  readonly contentKey: string;
  readonly occurrence: number;
  /** The child workflow it stands in. */
  readonly workflowId: number | null;
}

/** A call understood and named by its content. */
export type IdentifiedCall =
  | IdentifiedAgent
  | { readonly type: 'wrong'; readonly wrong: Extract<ReadAgentCall, { type: 'wrong' }> }
  | { readonly type: 'unknownType'; readonly name: string };
