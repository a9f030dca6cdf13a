import { processIdentity } from '../adapters/locks/processIdentity.ts';
import { runDirectory } from '../adapters/store/runFolders.ts';
import type { HostServices } from '../hostServices.ts';
import { claimRun, type Ownership } from './claimRun.ts';
import { busyError, missingOr } from './runErrors.ts';
import type { OpenEndpoint } from './runOwner.ts';

/** Makes this process the owner of a run; rejects when another one has it, or when there is no such run. */
export async function takeRun(
  runId: string,
  { stateDirectory, clock }: Pick<HostServices, 'stateDirectory' | 'clock'>,
  openEndpoint: OpenEndpoint,
): Promise<Ownership> {
  const { pid } = process;
  const { socket, token } = (await openEndpoint()) ?? { socket: null, token: null };
  const who = { pid, startTime: clock.nowMs(), identity: await processIdentity(pid) };
  const mine = { ...who, socket, token, released: false };
  // Another process may be dropping the run at this moment.
  const claimed = await claimRun(runDirectory(stateDirectory, runId), mine).catch(
    (cause: unknown) => {
      throw missingOr(runId, cause);
    },
  );
  if (claimed.type === 'held') throw busyError(runId, `held by process ${claimed.by.pid}`);
  return claimed.ownership;
}
