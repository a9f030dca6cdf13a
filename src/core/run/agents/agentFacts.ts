/** The journal entries of an agent's beginning and end. */
import { oneLine } from '../../../base/format.ts';
import type { Json } from '../../../base/json.ts';
import type { RunFact } from '../../../protocol/events/runEvents.ts';
import type { ValueRef } from '../../../protocol/events/valueRef.ts';
import type { AgentCall } from '../../agent/agentCall.ts';
import { EDIT_TOOLS } from '../../agent/agentTypes.ts';
import type { AgentEnd } from '../outcomes/agentEnds.ts';
import { sha256Hex } from '../../../node/sha256Hex.ts';
import type { IdentifiedAgent } from '../outcomes/identifiedCall.ts';

const PREVIEW_CHARS = 200;

/** The entry of an agent that waits for its permit. */
export function queuedFact(callId: number, agentId: number, agent: IdentifiedAgent): RunFact {
  const { call, model, agentType, contentKey: key, occurrence } = agent;
  return {
    type: 'agent.queued',
    agentId,
    callId,
    contentKey: key,
    occurrence,
    model,
    label: call.label,
    phase: call.phase,
    group: call.group,
    agentType: agentType.name,
    promptSha256: sha256Hex(call.prompt),
    promptPreview: oneLine(call.prompt, PREVIEW_CHARS),
    ...(expectsEdits(call) ? { expectsEdits: true } : {}),
    workflowId: agent.workflowId,
  };
}

/** The entry of an agent that never runs, because its call is wrong. Nothing may be found by its content. */
export function refusedFact(refused: {
  readonly agentId: number;
  readonly callId: number;
  readonly label: string;
  readonly phase: string | null;
  readonly model: string;
}): RunFact {
  return {
    type: 'agent.queued',
    ...refused,
    contentKey: '',
    occurrence: 0,
    group: null,
    agentType: 'general-purpose',
    promptSha256: '',
    promptPreview: '',
    workflowId: null,
  };
}

/** Whoever says what an agent may write, or hands it the tools to write with, wants something written. */
function expectsEdits({ writes, tools }: AgentCall): boolean {
  if (writes !== null) return writes.length > 0;
  return tools?.some((name) => EDIT_NAMES.has(name)) ?? false;
}

const EDIT_NAMES: ReadonlySet<string> = new Set(EDIT_TOOLS);

/** The entry of an agent whose changes have just been merged. */
export function endedFact(ended: {
  readonly agentId: number;
  readonly end: AgentEnd;
  readonly value: ValueRef | null;
  readonly reads: ValueRef | null;
  readonly treeHash: string;
}): RunFact {
  const { agentId, end, value, reads, treeHash } = ended;
  const { outcome, error, turns, usage, usd, files = [] } = end;
  return {
    type: 'agent.ended',
    agentId,
    outcome,
    value,
    error,
    turns,
    usage,
    usd,
    reads,
    treeHash,
    valuePreview: outcome === 'ok' ? preview(end.value) : '',
    changes: [...end.changes],
    conflictPaths: [...end.conflictPaths],
    ...(files.length === 0 ? {} : { files: [...files] }),
  };
}

function preview(value: Json): string {
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value), PREVIEW_CHARS);
}
