import type { RunEventOf } from '../../../protocol/events/runEvents.ts';
import type { HostToScript } from '../../../protocol/threads/scriptMessages.ts';
import type { RunContext } from '../runContext.ts';
import type { AnswerContext } from './answerContext.ts';

export type Refusal = Pick<
  RunEventOf<'call.refused'>,
  'callId' | 'method' | 'error' | 'mayRetry' | 'verify'
>;

/** Answers a call with an error, after it is journaled: a script may catch it and take another path. */
export function refuseCall(
  ctx: Pick<RunContext, 'recorder'> & Pick<AnswerContext, 'deliveries'>,
  refusal: Refusal,
  send: (answer: HostToScript) => void,
): Promise<void> {
  const { callId, error } = refusal;
  return ctx.recorder.record({ type: 'call.refused', ...refusal }, () =>
    send(ctx.deliveries.fail(callId, error)),
  );
}
