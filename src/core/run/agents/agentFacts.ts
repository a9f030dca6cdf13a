/** The journal entries of an agent's beginning and end. */
import { oneLine } from '../../../base/format.ts';
import type { Json } from '../../../base/json.ts';
import type { RunFact, ValueRef } from '../../../protocol/events/runEvents.ts';
import type { AgentCall } from '../../agent/agentCall.ts';
import { EDIT_TOOLS, type AgentType } from '../../agent/agentTypes.ts';
import type { AgentEnd } from '../outcomes/agentEnds.ts';
import { sha256Hex } from '../../../node/sha256Hex.ts';

const PREVIEW_CHARS = 200;

/** A call that has become an agent. */
export interface QueuedAgent {
  readonly call: AgentCall;
  readonly agentType: AgentType;
  readonly model: string;
  readonly contentKey: string;
  readonly occurrence: number;
  readonly workflowId: number | null;
}

/** An agent's end that is to be merged and journaled. */
export interface Ending {
  readonly agentId: number;
  readonly groupTitle: string;
  readonly end: AgentEnd;
  readonly rule: 'ifAllFit' | 'keepAside';
}

/** The entry of an agent that waits for its permit. */
export function queuedFact(callId: number, agentId: number, agent: QueuedAgent): RunFact {
  const { call, model, agentType, contentKey: key, occurrence } = agent;
  return {
    ...{ type: 'agent.queued', agentId, callId, contentKey: key, occurrence, model },
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
    ...{ type: 'agent.ended', agentId, outcome, value, error, turns, usage, usd, reads, treeHash },
    valuePreview: outcome === 'ok' ? preview(end.value) : '',
    changes: [...end.changes],
    conflictPaths: [...end.conflictPaths],
    ...(files.length === 0 ? {} : { files: [...files] }),
  };
}

function preview(value: Json): string {
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value), PREVIEW_CHARS);
}
