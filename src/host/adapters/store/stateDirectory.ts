import { homedir } from 'node:os';
import path from 'node:path';
import { sha256Hex } from '../../../node/sha256Hex.ts';

/** Characters of the workspace's own name that its state folder shows; the hash makes it unique. */
const NAME_CHARS = 40;

/**
 * The state folder of a workspace, named by its real path: the same for the editor and the command
 * line. `MUSTER_STATE_DIR` replaces the folder under which each workspace has its own.
 */
export function stateDirectoryFor(
  workspaceRealPath: string,
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
): string {
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const base = stateRoot(env, platform);
  const name = paths.basename(workspaceRealPath).replaceAll(/[^A-Za-z0-9._-]+/gu, '-');
  const hash = sha256Hex(workspaceRealPath).slice(0, 12);
  return paths.join(base, `${name.slice(0, NAME_CHARS) || 'workspace'}-${hash}`);
}

function stateRoot(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const override = env['MUSTER_STATE_DIR'];
  if (override !== undefined && override !== '') return path.resolve(override);
  if (platform === 'win32') {
    const home = env['USERPROFILE'] ?? homedir();
    const local = env['LOCALAPPDATA'] ?? path.win32.join(home, 'AppData', 'Local');
    return path.win32.join(local, 'muster');
  }
  const home = env['HOME'] ?? homedir();
  if (platform === 'darwin') {
    return path.posix.join(home, 'Library', 'Application Support', 'muster');
  }
  const xdg = env['XDG_STATE_HOME'];
  // The XDG specification says to ignore a relative path there.
  const isUsable = xdg !== undefined && path.posix.isAbsolute(xdg);
  return path.posix.join(isUsable ? xdg : path.posix.join(home, '.local', 'state'), 'muster');
}
