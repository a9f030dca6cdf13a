import type { RunControl } from '../../protocol/host/hostRpc.ts';
import type { RunService } from '../runs/runService.ts';
import { withOwner } from './withOwner.ts';

/** Hands what the user asked for to whoever owns the run; an answer also reaches a run that nobody runs. */
export async function steerRun(
  runs: RunService,
  runId: string,
  control: RunControl,
): Promise<void> {
  const isOurs = runs.live(runId) !== undefined;
  const owner = isOurs ? null : await runs.ownerOf(runId);
  if (owner !== null) {
    await withOwner(owner, (connection) => connection.request('run.control', { runId, control }));
  } else if (!isOurs && control.action === 'answerGate') {
    await runs.answerGate(runId, control);
  } else runs.control(runId, control);
}
