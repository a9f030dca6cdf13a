/** A person's answer to a run that nobody runs any more: one entry at the end of its journal. */
import type { RunControl } from '../../protocol/host/hostRpc.ts';
import { reduceRun } from '../../protocol/view/reduceRun.ts';
import type { DurableRunEvent } from '../../protocol/events/runEvents.ts';
import type { RunView } from '../../protocol/view/runView.ts';
import { openRunStore, type RunStoreOptions } from '../adapters/store/runStore.ts';

export type GateDecision = Pick<
  Extract<RunControl, { action: 'answerGate' }>,
  'gateId' | 'approved' | 'note'
>;

/** Thrown when there is no such question, or nothing that could still hear the answer. */
class GateMissingError extends Error {
  override readonly name = 'GateMissingError';
  readonly code = 'not_found';
}

/** Writes the answer; this process must own the run. */
export async function answerWaitingGate(
  options: RunStoreOptions,
  view: RunView,
  decision: GateDecision,
): Promise<{ readonly event: DurableRunEvent; readonly view: RunView }> {
  assertIsOpen(view, decision.gateId);
  const { store } = await openRunStore(options);
  try {
    const { gateId, approved, note } = decision;
    const fact = { type: 'gate.answered', gateId, approved, note, by: 'user' } as const;
    const event = await store.journal.append(fact);
    return { event, view: reduceRun(view, event) };
  } finally {
    await store.dispose();
  }
}

function assertIsOpen({ runId, state, gates }: RunView, gateId: number): void {
  if (state === 'completed') {
    throw new GateMissingError(`Run ${runId} has completed and needs no answer.`);
  }
  const isOpen = gates.some(
    (gate) => gate.gateId === gateId && gate.approved === null && gate.command === undefined,
  );
  if (!isOpen) throw new GateMissingError(`Run ${runId} has no open question ${gateId}.`);
}
