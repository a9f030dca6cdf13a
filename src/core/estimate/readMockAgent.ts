import type { AsyncCall } from '../../protocol/threads/scriptMessages.ts';
import { readAgentCall, type AgentCall } from '../agent/agentCall.ts';
import { toolsFor } from '../agent/tools/agentTools.ts';
import type { AgentTypes } from '../agent/agentTypes.ts';
import { resolveModel } from '../planner/modelAliases.ts';
import type { EstimateRequest } from './estimateRequest.ts';
import type { MockAgent } from './mockRun.ts';

export type ReadMockAgent =
  | { readonly type: 'agent'; readonly agent: MockAgent; readonly call: AgentCall }
  /** The run would count it and give null. */
  | { readonly type: 'wrong'; readonly agent: MockAgent; readonly message: string }
  /** The run would throw in the script. */
  | { readonly type: 'unknownType'; readonly message: string };

const WRITING_TOOLS: ReadonlySet<string> = new Set([
  'edit_file',
  'write_file',
  'delete_file',
  'move_file',
]);

/** Reads a call of agent() the way a run does. */
export function readMockAgent(
  message: Extract<AsyncCall, { method: 'agent' }>,
  place: {
    readonly chain: number;
    /** Name of the child that it stands in. */
    readonly childName: string | null;
    readonly request: EstimateRequest;
    readonly agentTypes: AgentTypes;
  },
): ReadMockAgent {
  const { chain, childName, request } = place;
  const read = readAgentCall(message.params, message.phase);
  if (read.type === 'wrong') {
    const asked = { agentType: 'general-purpose', model: request.model, tools: [], writes: [] };
    const agent = { ...asked, phase: read.phase ?? childName, chain: chain - 1, asksModel: false };
    return { type: 'wrong', agent, message: read.error.message };
  }
  const { call } = read;
  const agentType = place.agentTypes.find(call.agentType);
  if (agentType === null) {
    const names = place.agentTypes.names().join(', ');
    const text = `Agent type "${call.agentType}" not found. There are: ${names}.`;
    return { type: 'unknownType', message: text };
  }
  const { provider, model: defaultModel } = request;
  const requested = call.model ?? agentType.model ?? undefined;
  const { model } = resolveModel({ requested, provider, defaultModel });
  const tools = toolsFor(call, agentType).map(({ spec }) => spec.name);
  const canWrite = tools.some((name) => WRITING_TOOLS.has(name));
  const writes = canWrite ? (call.writes ?? ['**']) : [];
  const phase = call.phase ?? childName;
  const agent = { phase, agentType: agentType.name, model, tools, writes, chain, asksModel: true };
  return { type: 'agent', agent, call };
}
