import { constants, lstatSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { access, lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { appendAll } from '../../../../base/appendAll.ts';
import { MAX_SNAPSHOT_FILE_BYTES } from '../../../../core/limits.ts';
import { userGitEnvironment } from '../gitEnvironment.ts';
import { isGitError } from '../gitError.ts';
import { runGit, splitNul } from '../runGit.ts';
import { endingStalls } from './stalledListing.ts';
import type { ShadowRepository } from '../shadow/shadowRepository.ts';

/** Folders that a plain folder (no git repository) leaves out: what tools make and could make again. */
const DEFAULT_EXCLUDES = [
  'node_modules',
  'bower_components',
  '.venv',
  'venv',
  '__pycache__',
  '.tox',
  '.mypy_cache',
  '.git',
  '.hg',
  '.svn',
  '.jj',
  '.DS_Store',
  'Thumbs.db',
  '.cache',
  '.gradle',
  '.next',
  '.nuxt',
  '.turbo',
  '.parcel-cache',
  '.pytest_cache',
  '.terraform',
  'coverage',
  '*.pyc',
];

/** Files that are looked at before the event loop gets its turn again: about 2 ms of work. */
const STAT_BATCH = 500;

/** What of the workspace goes into a snapshot; filled while the workspace is listed. */
export interface WorkspaceListing {
  paths: string[];
  readonly leftOut: { path: string; reason: string }[];
  /** Folders of the repositories that were found, whose objects may hold the contents already. */
  readonly repositories: string[];
}

export interface ListOptions {
  readonly workspaceRoot: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly shadow: ShadowRepository;
  /** Paths that no agent may see. */
  readonly isHidden: (path: string) => boolean;
  readonly signal: AbortSignal;
}

/**
 * Lists the files that git counts as the workspace's own; submodules and nested repositories each by
 * themselves. Yields in batches, so that they can be hashed while the rest is still looked at.
 */
export async function* listWorkspace(
  options: ListOptions,
  listing: WorkspaceListing,
): AsyncGenerator<readonly string[]> {
  const folders = [''];
  for (let prefix = folders.shift(); prefix !== undefined; prefix = folders.shift()) {
    const folder = path.join(options.workspaceRoot, prefix);
    const listed = await endingStalls(folder, options.signal, (signal) =>
      listFolder({ ...options, signal }, folder),
    );
    if (listed.isRepository) listing.repositories.push(folder);
    for (let start = 0; start < listed.paths.length; start += STAT_BATCH) {
      const batch = listed.paths.slice(start, start + STAT_BATCH).map((file) => prefix + file);
      const visible = batch.filter((file) => !options.isHidden(file));
      const files = await sortByKind(options, { candidates: visible, listing, folders });
      appendAll(listing.paths, files);
      yield files;
    }
  }
}

/** Takes out what cannot be read and what lies behind a symbolic link; slow, for the case that something failed. */
export async function leaveOutUnreadable(
  workspaceRoot: string,
  listing: WorkspaceListing,
): Promise<WorkspaceListing> {
  const root = await realpath(workspaceRoot);
  const paths: string[] = [];
  const leftOut = [...listing.leftOut];
  for (const file of listing.paths) {
    if (await isReadable(root, file)) paths.push(file);
    else leftOut.push({ path: file, reason: 'cannot be read' });
  }
  return { ...listing, paths, leftOut };
}

async function isReadable(root: string, file: string): Promise<boolean> {
  const absolute = path.join(root, file);
  const folder = path.dirname(absolute);
  try {
    if ((await realpath(folder)) !== folder) return false;
    const stats = await lstat(absolute);
    if (!stats.isSymbolicLink()) await access(absolute, constants.R_OK);
    return true;
  } catch {
    // Whatever the reason is, the file is left out and listed as such.
    return false;
  }
}

async function listFolder(
  options: ListOptions,
  cwd: string,
): Promise<{ readonly paths: readonly string[]; readonly isRepository: boolean }> {
  const call = {
    cwd,
    environment: userGitEnvironment(options.environment),
    signal: options.signal,
  };
  const list = ['-c', 'core.fsmonitor=false', 'ls-files', '-z', '-co', '--exclude-standard'];
  try {
    return { paths: [...new Set(splitNul(await runGit(list, call)))], isRepository: true };
  } catch (error) {
    if (!isGitError(error) || error.exitCode !== 128) throw error;
    return { paths: await listPlainFolder(options, cwd), isRepository: false };
  }
}

/** Lets the shadow repository walk a folder as if all of it were untracked, so that .gitignore files count here too. */
async function listPlainFolder(options: ListOptions, folder: string): Promise<string[]> {
  const excludes = DEFAULT_EXCLUDES.flatMap((pattern) => ['-x', pattern]);
  const output = await options.shadow.git(
    ['ls-files', '-z', '-o', '--exclude-standard', ...excludes],
    {
      workTree: folder,
      indexFile: path.join(options.shadow.gitDir, 'index.none'),
      signal: options.signal,
    },
  );
  return splitNul(output);
}

interface Candidates {
  readonly candidates: readonly string[];
  readonly listing: WorkspaceListing;
  /** Prefixes of nested repositories that are still to be listed, with their final slash. */
  readonly folders: string[];
}

/** The candidates that are files or links; the others are noted where they belong. */
async function sortByKind(options: ListOptions, work: Candidates): Promise<string[]> {
  const files: string[] = [];
  for (const candidate of work.candidates) {
    const name = candidate.replace(/\/$/u, '');
    // 5,000 synchronous calls take 15 ms, 5,000 asynchronous ones five times that.
    const stats = lstatSync(path.join(options.workspaceRoot, name), { throwIfNoEntry: false });
    // Deleted since it was listed, or tracked and deleted.
    if (stats === undefined) continue;
    const reason = stats.isDirectory() ? null : reasonToLeaveOut(stats);
    if (stats.isDirectory()) await noteDirectory(options, name, work);
    else if (reason === null) files.push(name);
    else work.listing.leftOut.push({ path: name, reason });
  }
  return files;
}

async function noteDirectory(options: ListOptions, name: string, work: Candidates): Promise<void> {
  const marker = path.join(options.workspaceRoot, name, '.git');
  const isRepository = await lstat(marker).then(
    () => true,
    () => false,
  );
  if (isRepository) work.folders.push(`${name}/`);
  else work.listing.leftOut.push({ path: name, reason: 'a submodule that is not checked out' });
}

function reasonToLeaveOut(stats: Stats): string | null {
  if (stats.isSymbolicLink()) return null;
  if (!stats.isFile()) return 'not a regular file';
  if (stats.size <= MAX_SNAPSHOT_FILE_BYTES) return null;
  return `too large (${(stats.size / 1024 / 1024).toFixed(1)} MiB, limit 5 MiB)`;
}
