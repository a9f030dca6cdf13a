import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../../base/errorText.ts';
import { MAX_SCRIPT_BYTES } from '../../core/limits.ts';
import type { UserWorkflows, WorkflowFile } from '../../core/ports/userWorkflows.ts';
import { MAX_WORKFLOWS_IN_FOLDER } from '../../core/script/savedWorkflows.ts';
import { isMissing } from '../../node/isMissing.ts';

export interface UserWorkflowsOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  /** The user's home folder. */
  readonly home: string;
}

/** The user's own workflow folders on disk, read anew at each call. */
export function createUserWorkflows(options: UserWorkflowsOptions): UserWorkflows {
  const folders = userWorkflowFolders(options);
  return {
    list: async () => {
      const lists = await Promise.all(folders.map((folder) => readFolder(folder, options.home)));
      return lists.flat();
    },
  };
}

/** Muster's own folder for this user, then that of Claude Code. */
export function userWorkflowFolders(options: UserWorkflowsOptions): readonly string[] {
  const { env, platform, home } = options;
  return [
    path.join(configFolder(env, platform, home), 'muster', 'workflows'),
    path.join(home, '.claude', 'workflows'),
  ];
}

function configFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, home: string): string {
  if (platform === 'win32') return env['APPDATA'] ?? path.join(home, 'AppData', 'Roaming');
  const given = env['XDG_CONFIG_HOME'];
  // The XDG specification says to ignore a relative path there.
  return given !== undefined && path.isAbsolute(given) ? given : path.join(home, '.config');
}

async function readFolder(folder: string, home: string): Promise<readonly WorkflowFile[]> {
  try {
    const names = (await readdir(folder)).filter((name) => /\.m?js$/u.test(name)).sort();
    const root = await realpath(folder);
    const chosen = names.slice(0, MAX_WORKFLOWS_IN_FOLDER);
    return await Promise.all(chosen.map((name) => readOne({ folder, root, name, home })));
  } catch (error) {
    if (isMissing(error)) return [];
    return [{ type: 'refused', path: shown(folder, home), reason: unreadable(error) }];
  }
}

async function readOne(from: {
  readonly folder: string;
  readonly root: string;
  readonly name: string;
  readonly home: string;
}): Promise<WorkflowFile> {
  const { folder, root, name, home } = from;
  const place = shown(path.join(folder, name), home);
  try {
    return { ...(await readInside(root, name)), path: place };
  } catch (error) {
    return { type: 'refused', path: place, reason: unreadable(error) };
  }
}

async function readInside(
  root: string,
  name: string,
): Promise<{ type: 'text'; text: string } | { type: 'refused'; reason: string }> {
  const file = await realpath(path.join(root, name));
  if (!file.startsWith(root + path.sep)) {
    return { type: 'refused', reason: 'it is a link that leads out of its folder' };
  }
  const { size, isRegular } = await measure(file);
  if (!isRegular) return { type: 'refused', reason: 'it is not a file' };
  if (size > MAX_SCRIPT_BYTES) {
    return { type: 'refused', reason: `it has more than ${MAX_SCRIPT_BYTES} bytes` };
  }
  return { type: 'text', text: await readFile(file, 'utf8') };
}

async function measure(file: string): Promise<{ size: number; isRegular: boolean }> {
  const stats = await stat(file);
  return { size: stats.size, isRegular: stats.isFile() };
}

// The system's own message names the whole path, which is nobody else's business.
function unreadable(error: unknown): string {
  return `it cannot be read (${errorCode(error) ?? 'unknown cause'})`;
}

/** The path for people, with the home folder as `~`: it goes into journals, which others may read. */
function shown(file: string, home: string): string {
  return file.startsWith(home + path.sep) ? `~${file.slice(home.length)}` : file;
}
