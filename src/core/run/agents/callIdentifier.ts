/** Reads calls of agent() and names them by their content, so that another session finds their outcome. */
import type { AsyncCall } from '../../../protocol/threads/scriptMessages.ts';
import { contentKey, readAgentCall } from '../../agent/agentCall.ts';
import { definitionKey, type AgentTypes } from '../../agent/agentTypes.ts';
import { resolveModel } from '../../planner/modelAliases.ts';
import type { IdentifiedCall } from '../outcomes/identifiedCall.ts';
import type { RunConfig, RunServices } from '../runConfig.ts';

export type AgentCallMessage = Extract<AsyncCall, { method: 'agent' }>;

export interface CallIdentifierOptions {
  readonly config: Pick<RunConfig, 'model'>;
  readonly services: Pick<RunServices, 'governor'>;
  /** Known from the run's first moment on; read from its snapshot. */
  readonly agentTypes: () => AgentTypes;
  readonly workflowIdOf: (callId: number | null) => number | null;
  readonly warnOnce: (message: string) => void;
}

export class CallIdentifier {
  readonly #options: CallIdentifierOptions;
  readonly #occurrences = new Map<string, number>();

  constructor(options: CallIdentifierOptions) {
    this.#options = options;
  }

  /** Reads a call and counts it; to be called once for each, in the order of their arrival. */
  identify(message: AgentCallMessage): IdentifiedCall {
    const read = readAgentCall(message.params, message.phase, message.problem);
    if (read.type === 'wrong') return { type: 'wrong', wrong: read };
    const { call } = read;
    const { agentTypes, workflowIdOf, warnOnce } = this.#options;
    for (const key of read.unknownKeys) {
      warnOnce(`agent() does not carry out the option "${key}"; it is ignored.`);
    }
    const agentType = agentTypes().find(call.agentType);
    if (agentType === null) return { type: 'unknownType', name: call.agentType };
    const model = this.#resolveModel(call.model ?? agentType.model);
    const key = contentKey(call, model, definitionKey(agentType));
    const occurrence = this.#nextOccurrence(key);
    const workflowId = workflowIdOf(message.child);
    return { type: 'agent', call, agentType, model, contentKey: key, occurrence, workflowId };
  }

  /** What is wrong with a call that names a type which nobody defined. */
  describeUnknownType(name: string): string {
    const names = this.#options.agentTypes().names().join(', ');
    return `Agent type "${name}" not found. There are: ${names}.`;
  }

  #nextOccurrence(key: string): number {
    const occurrence = this.#occurrences.get(key) ?? 0;
    this.#occurrences.set(key, occurrence + 1);
    return occurrence;
  }

  #resolveModel(asked: string | null): string {
    const { config, services, warnOnce } = this.#options;
    const resolved = resolveModel({
      requested: asked ?? undefined,
      provider: services.governor.client.provider,
      defaultModel: config.model,
    });
    if (resolved.warning !== null) warnOnce(resolved.warning);
    return resolved.model;
  }
}
