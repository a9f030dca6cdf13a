import type { RunEventOf } from '../events/runEvents.ts';
import { withPhase } from './changeView.ts';
import type { RunView } from './runView.ts';

/** A verification that runs. */
export function startVerification(view: RunView, event: RunEventOf<'verify.started'>): RunView {
  const { verifyId, label, phase, command } = event;
  const started = { verifyId, label, phase, command, startedAt: event.at };
  const verification = { ...started, endedAt: null, receipt: null, error: null };
  return {
    ...withPhase(view, phase),
    verifications: [...view.verifications, verification],
  };
}

/** Its end, with a receipt or an error. */
export function endVerification(view: RunView, event: RunEventOf<'verify.ended'>): RunView {
  const { verifyId, receipt, error } = event;
  const ended = { endedAt: event.at, receipt, error };
  return {
    ...view,
    verifications: view.verifications.map((item) =>
      item.verifyId === verifyId ? { ...item, ...ended } : item,
    ),
  };
}
