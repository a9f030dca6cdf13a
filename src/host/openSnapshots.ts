import { classifyPath } from '../paths/protectedPaths.ts';
import type { Log } from '../core/ports/log.ts';
import {
  createGitSnapshotStore,
  type GitSnapshotStore,
} from './adapters/git/createGitSnapshotStore.ts';
import type { WorkspacePlace } from './locateWorkspace.ts';

/** The snapshots of a workspace, without what no agent may see. */
export function openSnapshots(place: WorkspacePlace, log: Log): GitSnapshotStore {
  return createGitSnapshotStore({
    workspaceRoot: place.workspace,
    stateDirectory: place.stateDirectory,
    log,
    isHidden: (path) => classifyPath(path) === 'hidden',
  });
}
