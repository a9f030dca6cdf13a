/** What a command left in a materialised tree, compared with that tree. */
import { constants } from 'node:fs';
import { lstat, open, realpath } from 'node:fs/promises';
import path from 'node:path';
import { PLAIN_FILE_MODE } from '../../../../core/changes/text/fileContent.ts';
import { MAX_COMMAND_CHANGES, MAX_SNAPSHOT_FILE_BYTES } from '../../../../core/limits.ts';
import type { DirectoryChange, FileContent } from '../../../../core/ports/fileView.ts';
import { errorCode } from '../../../../base/errorText.ts';
import { userGitEnvironment } from '../gitEnvironment.ts';
import { isGitError } from '../gitError.ts';
import { runGit, splitNul } from '../runGit.ts';
import type { ShadowRepository } from '../shadow/shadowRepository.ts';
import { isMissing } from '../../../../node/isMissing.ts';

const EXECUTABLE_MODE = 0o100755;

export interface ChangedDirectory {
  readonly shadow: ShadowRepository;
  readonly directory: string;
  /** The index of the tree that was shown there. */
  readonly indexFile: string;
  readonly workspaceRoot: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Paths that no agent may see. */
  readonly isHidden: (path: string) => boolean;
}

/** Sorted by path. Nothing that is ignored in the tree or in the workspace is in it. */
export async function directoryChanges(place: ChangedDirectory): Promise<DirectoryChange[]> {
  const { shadow, directory, indexFile } = place;
  const call = { workTree: directory, indexFile };
  const [tracked, untracked] = await Promise.all([
    shadow.git(['ls-files', '-z', '-m', '-d'], call),
    shadow.git(['ls-files', '-z', '-o', '--exclude-standard'], call),
  ]);
  const created = await withoutIgnored(place, splitNul(untracked));
  const paths = [...new Set([...splitNul(tracked), ...created])].sort();
  const visible = paths.filter((file) => !place.isHidden(file));
  if (visible.length > MAX_COMMAND_CHANGES) return [tooMany(directory, visible.length)];
  const changes: DirectoryChange[] = [];
  for (const file of visible) changes.push(await changeAt(directory, file));
  return changes;
}

/** What git ignores, in the tree or in the workspace: what a build makes. Installed dependencies are not in it. */
export async function ignoredFiles(
  place: ChangedDirectory,
  dependencies: readonly string[],
): Promise<readonly string[]> {
  const { shadow, directory, indexFile } = place;
  const call = { workTree: directory, indexFile };
  const others = ['ls-files', '-z', '-o'];
  const [all, untracked] = await Promise.all([
    shadow.git(others, call),
    shadow.git([...others, '--exclude-standard'], call),
  ]);
  const visible = new Set(await withoutIgnored(place, splitNul(untracked)));
  const isDependency = (file: string): boolean =>
    dependencies.some((folder) => file.startsWith(`${folder}/`));
  return splitNul(all).filter((file) => !visible.has(file) && !isDependency(file));
}

function tooMany(directory: string, count: number): DirectoryChange {
  const reason = `${count} files were changed, more than ${MAX_COMMAND_CHANGES}; none are kept`;
  return { type: 'leftOut', path: path.basename(directory), reason };
}

/** The user's own git knows about ignore files that are no part of the tree. */
async function withoutIgnored(
  { workspaceRoot, environment }: ChangedDirectory,
  paths: readonly string[],
): Promise<readonly string[]> {
  if (paths.length === 0) return paths;
  const input = [paths.map((file) => `${file}\0`).join('')];
  const call = { cwd: workspaceRoot, environment: userGitEnvironment(environment), input };
  try {
    const check = ['-c', 'core.fsmonitor=false', 'check-ignore', '-z', '--stdin', '--no-index'];
    const ignored = new Set(splitNul(await runGit(check, call)));
    return paths.filter((file) => !ignored.has(file));
  } catch (error) {
    // 1: none of them is ignored. 128: the workspace is no repository, and nothing is ignored in it.
    if (isGitError(error) && (error.exitCode === 1 || error.exitCode === 128)) return paths;
    throw error;
  }
}

async function changeAt(directory: string, file: string): Promise<DirectoryChange> {
  const leftOut = (reason: string): DirectoryChange => ({ type: 'leftOut', path: file, reason });
  // With a slash at the end it is a repository of its own that the command made.
  if (file.endsWith('/')) return leftOut('a repository inside the repository');
  const absolute = path.join(directory, file);
  try {
    // A folder that the command made a link of would lead us to somebody else's files.
    if (!(await isInPlace(directory, absolute))) return leftOut('behind a symbolic link');
    const stats = await lstat(absolute);
    if (stats.isSymbolicLink()) return leftOut('a symbolic link');
    if (stats.isDirectory()) return { type: 'changed', path: file, content: null };
    if (!stats.isFile()) return leftOut('not a regular file');
    if (stats.size > MAX_SNAPSHOT_FILE_BYTES) return leftOut('larger than 5 MiB');
    return { type: 'changed', path: file, content: await readPlain(absolute) };
  } catch (error) {
    // What stands in for bytes that are no text leads to no file.
    if (file.includes('\ufffd')) return leftOut('its name is not valid text');
    if (isMissing(error)) return { type: 'changed', path: file, content: null };
    return leftOut(`it cannot be read (${errorCode(error) ?? 'unknown'})`);
  }
}

async function isInPlace(directory: string, file: string): Promise<boolean> {
  const folder = path.dirname(file);
  const root = await realpath(directory);
  return (await realpath(folder)) === path.join(root, path.relative(directory, folder));
}

async function readPlain(file: string): Promise<FileContent> {
  // Nothing of the command is left that could put a link or a pipe here, but its leftovers may be odd.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(file, flags);
  try {
    const { mode } = await handle.stat();
    const isExecutable = (mode & 0o100) !== 0;
    const bytes = new Uint8Array(await handle.readFile());
    return { bytes, mode: isExecutable ? EXECUTABLE_MODE : PLAIN_FILE_MODE };
  } finally {
    await handle.close();
  }
}
