import { isJsonLongerThan } from '../../../base/json.ts';
import { MAX_JSON_TEXT } from '../../../protocol/threads/messageLimits.ts';
import type { AsyncCall, HostToScript } from '../../../protocol/threads/scriptMessages.ts';
import type { AgentEnd } from '../outcomes/agentEnds.ts';
import type { AnswerContext } from './answerContext.ts';

/** A call of agent(), and whether it asked for the whole outcome or for the value alone. */
export interface AgentCaller {
  readonly callId: number;
  readonly asOutcome: Extract<AsyncCall, { method: 'agent' }>['outcome'];
}

/** What the script gets for an agent that has ended. */
export function settleAgentCall(
  { deliveries, stopError }: Pick<AnswerContext, 'deliveries' | 'stopError'>,
  { callId, asOutcome }: AgentCaller,
  end: AgentEnd,
): HostToScript {
  const stopped = stopError();
  if (end.outcome === 'cancelled' && stopped !== null) return deliveries.fail(callId, stopped);
  if (end.outcome === 'ok') {
    const value = asOutcome ? { status: 'ok', value: end.value } : end.value;
    if (!isJsonLongerThan(value, MAX_JSON_TEXT)) return deliveries.settle(callId, value);
    const message = 'The agent’s answer is too large to hand to the script.';
    return deliveries.fail(callId, { name: 'RangeError', message });
  }
  const error = end.error ?? { code: 'internal', message: 'No cause was recorded.' };
  if (!asOutcome) return deliveries.settleFailed(callId, error.message);
  return deliveries.settle(callId, { status: end.outcome, error });
}
