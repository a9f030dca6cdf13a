/** What the workspace has and no snapshot holds: installed dependencies, and what `.worktreeinclude` names. */
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { userGitEnvironment } from '../gitEnvironment.ts';
import { isGitError } from '../gitError.ts';
import { runGit, splitNul } from '../runGit.ts';

/** Names of folders with installed dependencies that tests need. */
export const DEPENDENCY_NAMES: ReadonlySet<string> = new Set(['node_modules', '.venv', 'vendor']);

/** Folders of dependencies that are brought into a tree; a workspace with more is not one project. */
const MAX_DEPENDENCY_FOLDERS = 500;

export interface IgnoredPlace {
  readonly workspaceRoot: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Folders of dependencies, at the root and in packages below it, without a final slash. */
export async function dependencyFolders(place: IgnoredPlace): Promise<readonly string[]> {
  const ignored = await listOthers(place, ['--exclude-standard', '--directory']);
  const nested = ignored
    .filter((name) => name.endsWith('/'))
    .map((name) => name.slice(0, -1))
    .filter((name) => DEPENDENCY_NAMES.has(path.posix.basename(name)));
  return [...new Set([...DEPENDENCY_NAMES, ...nested])].slice(0, MAX_DEPENDENCY_FOLDERS);
}

/** Files that match patterns in the format of .gitignore and that git does not track. */
export async function filesMatching(
  place: IgnoredPlace & { readonly scratchDirectory: string },
  patterns: string,
): Promise<readonly string[]> {
  const file = path.join(place.scratchDirectory, `patterns.${randomUUID()}`);
  await writeFile(file, patterns, { mode: 0o600 });
  try {
    return await listOthers(place, ['-X', file]);
  } finally {
    await rm(file, { force: true });
  }
}

async function listOthers(
  { workspaceRoot, environment }: IgnoredPlace,
  options: readonly string[],
): Promise<readonly string[]> {
  const list = ['-c', 'core.fsmonitor=false', 'ls-files', '-z', '-o', '-i', ...options];
  try {
    const call = { cwd: workspaceRoot, environment: userGitEnvironment(environment) };
    return splitNul(await runGit(list, call));
  } catch (error) {
    // A plain folder ignores nothing.
    if (isGitError(error) && error.exitCode === 128) return [];
    throw error;
  }
}
