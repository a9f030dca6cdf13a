import type { Snapshot } from '../../core/ports/fileView.ts';
import { readReplayLog } from '../../core/run/replay/replayLog.ts';
import type { EarlierSessions } from '../../core/run/runEngine.ts';
import { reduceRunEvents } from '../../protocol/view/reduceRun.ts';
import { openRunStore } from '../adapters/store/runStore.ts';
import type { HostServices } from '../hostServices.ts';
import type { LiveRun } from './liveRun.ts';
import { RunMissingError } from './runErrors.ts';

/** What a run that goes on starts from. */
export interface ReopenedRun {
  readonly store: LiveRun['store'];
  readonly snapshot: Snapshot;
  readonly earlier: EarlierSessions;
}

/** Opens the folder of an earlier run for its next session; the snapshot may still be on its way. */
export async function reopenRun(
  runId: string,
  services: Pick<HostServices, 'clock' | 'log' | 'models' | 'stateDirectory'>,
  opening: Promise<Snapshot>,
): Promise<ReopenedRun> {
  const { clock, log, models, stateDirectory } = services;
  const secrets = models.secrets();
  const { store, events } = await openRunStore({ stateDirectory, runId, clock, log, secrets });
  try {
    const view = reduceRunEvents(null, events);
    if (view === null) throw new RunMissingError(`Run ${runId} never began; start it anew.`);
    const snapshot = await opening;
    return { store, snapshot, earlier: { log: readReplayLog(events), view } };
  } catch (error) {
    await store.dispose();
    throw error;
  }
}
