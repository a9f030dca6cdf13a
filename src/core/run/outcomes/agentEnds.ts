import type { Json } from '../../../base/json.ts';
import type { AgentChange } from '../../changes/tree/agentChanges.ts';
import type { ErrorInfo } from '../../../protocol/errorCodes.ts';
import type { FileMark } from '../../../protocol/events/fileMark.ts';
import type { ContentRef } from '../../../protocol/events/contentRef.ts';
import { NO_TOKENS, type TokenUsage } from '../../../protocol/runLimits.ts';
import { describeFailure, isStopReason } from '../runErrors.ts';

/** How an agent ended, and what it left. */
export interface AgentEnd {
  readonly outcome: 'ok' | 'failed' | 'skipped' | 'cancelled';
  readonly value: Json;
  readonly error: ErrorInfo | null;
  readonly turns: number;
  readonly usage: TokenUsage;
  readonly usd: number | null;
  readonly changes: readonly {
    path: string;
    base: ContentRef | null;
    proposed: ContentRef | null;
  }[];
  /** The same with their bytes, as long as they are not merged. */
  readonly edits: readonly AgentChange[];
  /** Paths that the merge changed in the run's tree. */
  readonly treeChanges: readonly string[];
  readonly conflictPaths: readonly string[];
  /** What it found in the files that it looked at; null for a file that was not there. */
  readonly reads: ReadonlyMap<string, string | null>;
  /** What it left on the disk this time: its transcript, its patch. */
  readonly files?: readonly FileMark[] | undefined;
}

/** The end of an agent that never ran. */
export function failedEnd(error: ErrorInfo): AgentEnd {
  return {
    outcome: 'failed',
    value: null,
    error,
    turns: 0,
    usage: NO_TOKENS,
    usd: 0,
    changes: [],
    edits: [],
    treeChanges: [],
    conflictPaths: [],
    reads: new Map(),
  };
}

/** How an agent ended that threw: stopped from outside is cancelled, everything else has failed. */
export function endFor(error: unknown): Pick<AgentEnd, 'outcome' | 'error'> {
  const info = describeFailure(error);
  if (info.code === 'skipped') return { outcome: 'skipped', error: info };
  const wasStopped = isStopReason(error) && info.code !== 'agent_timeout';
  return { outcome: wasStopped ? 'cancelled' : 'failed', error: info };
}
