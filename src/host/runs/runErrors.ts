import { isMissing } from '../../node/isMissing.ts';

/** Thrown when a run that was named does not exist. */
export class RunMissingError extends Error {
  override readonly name = 'RunMissingError';
  readonly code = 'not_found';
}

/** Thrown when a run that is under way is to be resumed. */
export class RunBusyError extends Error {
  override readonly name = 'RunBusyError';
  readonly code = 'conflict';
}

/** What it means that a file of a run is not there; any other failure stays what it is. */
export function missingOr(runId: string, cause: unknown): unknown {
  if (!isMissing(cause)) return cause;
  const message = `No run ${runId} in this workspace. Old runs are deleted automatically: see muster.retention.maxRuns.`;
  return new RunMissingError(message, { cause });
}

/** Says how a run that is under way can be changed. */
export function busyError(runId: string, state: string): RunBusyError {
  return new RunBusyError(
    `Run ${runId} is already ${state}. Pause, throttle or cancel it instead of resuming it.`,
  );
}
