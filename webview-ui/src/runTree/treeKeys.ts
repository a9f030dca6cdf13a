import type { RunTreeFromWebview } from '../../../src/protocol/webviews/runTreeMessages.ts';
import type { TreeRow } from './treeRows.ts';

export interface TreeKey {
  readonly key: string;
  readonly shiftKey: boolean;
  /** Ctrl, or Cmd on a Mac. */
  readonly commandKey: boolean;
}

/** What can be done with one agent. */
export type AgentAction = Extract<RunTreeFromWebview, { type: 'agent' }>['action'];

/** What a key means in the tree. */
export type TreeIntent =
  | { readonly type: 'move'; readonly index: number }
  | { readonly type: 'expand' | 'collapse'; readonly id: string }
  | { readonly type: 'agent'; readonly agentId: number; readonly action: AgentAction }
  | { readonly type: 'gate'; readonly gateId: number };

export interface TreeKeyContext {
  readonly rows: readonly TreeRow[];
  readonly index: number;
  /** The row that is one page further up, and the one further down. */
  readonly pageUpIndex: number;
  readonly pageDownIndex: number;
}

/** Translates navigation keys; null for all others. */
export function interpretKey(key: TreeKey, context: TreeKeyContext): TreeIntent | null {
  const { rows, index } = context;
  const row = rows[index];
  if (row === undefined) return null;
  if (key.commandKey) return interpretChord(key.key, row);
  const last = rows.length - 1;
  switch (key.key) {
    case 'ArrowDown':
      return { type: 'move', index: Math.min(last, index + 1) };
    case 'ArrowUp':
      return { type: 'move', index: Math.max(0, index - 1) };
    case 'Home':
      return { type: 'move', index: 0 };
    case 'End':
      return { type: 'move', index: last };
    case 'PageDown':
      return { type: 'move', index: context.pageDownIndex };
    case 'PageUp':
      return { type: 'move', index: context.pageUpIndex };
    case 'ArrowRight':
      return goIn(row, context);
    case 'ArrowLeft':
      return goOut(row, context);
    case 'Enter':
      return activate(row, key.shiftKey ? 'changes' : 'transcript');
    case ' ':
      return toggle(row);
    default:
      return null;
  }
}

/** True for an agent that can still be skipped or tried again. */
export function isAgentLive(row: TreeRow): boolean {
  if (row.type !== 'agent' || !row.isLive) return false;
  return row.agent.status === 'queued' || row.agent.status === 'running';
}

/** Finds the next row whose label starts with what was typed, from the present one onwards. */
export function findTyped(labels: readonly string[], from: number, typed: string): number {
  const wanted = typed.toLowerCase();
  // One letter goes on to the next such row; more letters may stay where they are.
  const first = typed.length === 1 ? 1 : 0;
  for (let step = first; step <= labels.length; step += 1) {
    const index = (from + step) % labels.length;
    if (labels[index]?.toLowerCase().startsWith(wanted) === true) return index;
  }
  return -1;
}

function goIn(row: TreeRow, { rows, index }: TreeKeyContext): TreeIntent | null {
  if (row.expanded === false) return { type: 'expand', id: row.id };
  const child = rows[index + 1];
  return row.expanded === true && child?.parentId === row.id
    ? { type: 'move', index: index + 1 }
    : null;
}

function goOut(row: TreeRow, { rows }: TreeKeyContext): TreeIntent | null {
  if (row.expanded === true) return { type: 'collapse', id: row.id };
  const parent = rows.findIndex((candidate) => candidate.id === row.parentId);
  return parent === -1 ? null : { type: 'move', index: parent };
}

// These throw work away, so no key does it alone.
function interpretChord(key: string, row: TreeRow): TreeIntent | null {
  if (row.type !== 'agent' || !isAgentLive(row)) return null;
  const { agentId } = row.agent;
  switch (key) {
    case 'Enter':
      return { type: 'agent', agentId, action: 'retry' };
    case 'Delete':
    case 'Backspace':
      return { type: 'agent', agentId, action: 'skip' };
    default:
      return null;
  }
}

function activate(row: TreeRow, action: 'transcript' | 'changes'): TreeIntent | null {
  if (row.type === 'agent') return { type: 'agent', agentId: row.agent.agentId, action };
  if (row.type === 'gate') return intentOfGate(row);
  return toggle(row);
}

/** A gate that is open leads to where it is answered. */
export function intentOfGate(row: Extract<TreeRow, { type: 'gate' }>): TreeIntent | null {
  const isOpen = row.isLive && row.gate.approved === null;
  return isOpen ? { type: 'gate', gateId: row.gate.gateId } : null;
}

function toggle(row: TreeRow): TreeIntent | null {
  if (row.expanded === null) return null;
  return { type: row.expanded ? 'collapse' : 'expand', id: row.id };
}
