/** Git reads whatever is called `.gitignore`: a named pipe of that name makes it wait for ever. */
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';

/** A listing that takes longer is looked into: git lists 100,000 files in less than a second. */
const STALL_MS = 5000;

/** What git opens in the folders that it lists. */
const READ_BY_GIT = new Set(['.gitignore', '.gitattributes']);

const SKIPPED_FOLDERS = new Set(['.git', 'node_modules']);

class UnreadableIgnoreFileError extends Error {
  override readonly name = 'UnreadableIgnoreFileError';
}

/**
 * Runs a listing of a folder. Where it stalls at something that is called like an ignore file and is no file,
 * the listing is ended, and the error names it; one that is merely slow goes on.
 */
export async function endingStalls<T>(
  folder: string,
  signal: AbortSignal,
  list: (signal: AbortSignal) => Promise<T>,
  stallMs = STALL_MS,
): Promise<T> {
  const stalled = new AbortController();
  const timer = setTimeout(() => {
    void findOdd(folder, signal).then((odd) => {
      if (odd !== null) stalled.abort(errorFor(folder, odd));
    });
  }, stallMs);
  try {
    return await list(AbortSignal.any([signal, stalled.signal]));
  } finally {
    clearTimeout(timer);
  }
}

function errorFor(folder: string, file: string): UnreadableIgnoreFileError {
  return new UnreadableIgnoreFileError(
    `Cannot list ${folder}: ${file} is no regular file, and git waits for ever to read it. Remove or rename it.`,
  );
}

/** The first path that git would wait for; null where there is none. */
async function findOdd(root: string, signal: AbortSignal): Promise<string | null> {
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    if (signal.aborted) return null;
    for (const { name, isFolder } of await childrenOf(path.join(root, folder))) {
      const file = path.join(folder, name);
      if (isFolder && !SKIPPED_FOLDERS.has(name)) folders.push(file);
      if (READ_BY_GIT.has(name) && (await isOdd(path.join(root, file)))) return file;
    }
  }
  return null;
}

interface Child {
  readonly name: string;
  readonly isFolder: boolean;
}

/** Nothing where the folder cannot be read: git itself passes over it or says why. */
async function childrenOf(folder: string): Promise<readonly Child[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
}

async function isOdd(file: string): Promise<boolean> {
  const stats = await lstat(file).catch(() => null);
  return stats !== null && (stats.isFIFO() || stats.isCharacterDevice() || stats.isSocket());
}
