import type { RunEventOf } from '../../protocol/events/runEvents.ts';
import type { AnswerContext } from './answers/answerContext.ts';
import type { RunContext } from './runContext.ts';

/**
 * Ends a run that had completed and is asked to go on with the same script: nothing is to be tried again, so
 * that a replay could only come to the same end. Its proposals stay as they are.
 */
export async function endAgain(
  ctx: RunContext & Pick<AnswerContext, 'replay'>,
  finished: RunEventOf<'run.ended'>,
): Promise<RunEventOf<'run.ended'>> {
  const { recorder, replay, services } = ctx;
  const deliveries = replay?.deliveries ?? [];
  const cachedAgents = deliveries.flatMap((item) =>
    item.type === 'agent' ? [item.agent.agentId] : [],
  );
  const delivered = deliveries.length;
  await recorder.record({ type: 'replay.ended', delivered, cachedAgents });
  const durationMs = services.clock.nowMs() - recorder.view.startedAt;
  let ended: RunEventOf<'run.ended'> = finished;
  const { type, status, reason, pauseReason, verdict, result, error, usage, proposals } = finished;
  const fact = {
    type,
    status,
    reason,
    pauseReason,
    verdict,
    result,
    error,
    usage,
    proposals,
    agents: { ...finished.agents, cached: cachedAgents.length },
    durationMs,
    headHash: recorder.headHash(),
  };
  await recorder.record(fact, (event) => {
    if (event.type === 'run.ended') ended = event;
  });
  return ended;
}
