import { realpath } from 'node:fs/promises';
import { errorText } from '../base/errorText.ts';
import { stateDirectoryFor } from './adapters/store/stateDirectory.ts';

/** A workspace and the folder of its state. */
export interface WorkspacePlace {
  /** Without links in it. */
  readonly workspace: string;
  readonly stateDirectory: string;
}

/** Thrown when the workspace cannot be used. */
export class WorkspaceError extends Error {
  override readonly name = 'WorkspaceError';
  readonly code = 'workspace_missing';
}

/** Finds the folder of a workspace's state, whether it is there yet or not; rejects without the workspace. */
export async function locateWorkspace(options: {
  readonly workspace: string;
  /** The folder under which states are kept; null for the user's own or the platform's. */
  readonly stateDirectory: string | null;
}): Promise<WorkspacePlace> {
  const workspace = await realWorkspace(options.workspace);
  const { env, platform } = process;
  const chosen = options.stateDirectory ?? env['MUSTER_STATE_DIR'];
  const environment = { ...env, MUSTER_STATE_DIR: chosen };
  return { workspace, stateDirectory: stateDirectoryFor(workspace, environment, platform) };
}

async function realWorkspace(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    const message = `The workspace ${path} cannot be opened: ${errorText(cause)}`;
    throw new WorkspaceError(message, { cause });
  }
}
