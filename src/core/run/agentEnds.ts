import type { ErrorInfo } from '../../protocol/errorCodes.ts';
import { noTokens } from '../../protocol/runLimits.ts';
import type { AgentEnd } from './agentTask.ts';
import { describeFailure, isStopReason } from './runErrors.ts';

/** The end of an agent that never ran. */
export function failedEnd(error: ErrorInfo): AgentEnd {
  return {
    ...{ outcome: 'failed', value: null, error, turns: 0, usage: noTokens, usd: 0 },
    ...{ changes: [], treeChanges: [], conflictPaths: [], reads: new Map() },
  };
}

/** How an agent ended that threw: stopped from outside is cancelled, everything else has failed. */
export function endFor(error: unknown): Pick<AgentEnd, 'outcome' | 'error'> {
  const info = describeFailure(error);
  const wasStopped = isStopReason(error) && info.code !== 'agent_timeout';
  return { outcome: wasStopped ? 'cancelled' : 'failed', error: info };
}
