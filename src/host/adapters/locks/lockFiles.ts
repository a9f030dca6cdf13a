/** Where the locks of a workspace's state are, what each of them guards, and how long it is waited for. */
import path from 'node:path';

/** A decision is appended, or a run taken over, in milliseconds; many processes may do so one after the other. */
export const RUN_LOCK_WAIT_MS = 30_000;

/** Writing what was accepted takes seconds for hundreds of files; a second command waits so long for the first. */
export const APPLY_LOCK_WAIT_MS = 30_000;

/** Tidying up makes way at once; a minute means that it hangs. */
export const SHADOW_WAIT_MS = 60_000;

/** Who decides about a run, takes it over, or drops it. */
export function runLockFile(stateDirectory: string, runId: string): string {
  return path.join(stateDirectory, 'locks', `run-${runId}.lock`);
}

/** Who plans and writes into the workspace: from the look at its files until the outcome is recorded. */
export function applyLockFile(stateDirectory: string): string {
  return path.join(stateDirectory, 'locks', 'apply.lock');
}

/** Who takes objects out of the shadow repository. */
export function shadowLockFile(stateDirectory: string): string {
  return path.join(stateDirectory, 'locks', 'shadow.lock');
}

/** Holds a file for each use of the shadow repository that no object may be taken from. */
export function shadowUsersFolder(stateDirectory: string): string {
  return path.join(stateDirectory, 'locks', 'shadow.users');
}

/** Who drops old runs. */
export function retentionLockFile(stateDirectory: string): string {
  return path.join(stateDirectory, 'locks', 'retention.lock');
}
