/** The home folder that a sandboxed command has instead of the user's, beside its tree. */
import { existsSync } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { removeFolder } from './removeFolder.ts';

/** What tools write into installed dependencies at every run; all else there must stay as it is. */
const CACHE_FOLDERS = ['.cache', '.vite', '.vite-temp'];

/** The home of the commands that run in this tree. */
export function scratchHomeOf(tree: string): string {
  return `${tree}.home`;
}

/** Empties it, so that nothing of an earlier command meets the next one. */
export async function freshHome(tree: string): Promise<void> {
  const home = scratchHomeOf(tree);
  await removeFolder(home);
  await mkdir(path.join(home, 'tmp'), { recursive: true, mode: 0o700 });
}

/** Leads the caches inside copies of node_modules into the home: the copies themselves cannot be written to. */
export async function linkCaches(tree: string, dependencies: readonly string[]): Promise<void> {
  const folders = dependencies.filter((folder) => path.basename(folder) === 'node_modules');
  for (const folder of folders) await linkCachesIn(tree, folder);
}

async function linkCachesIn(tree: string, folder: string): Promise<void> {
  const modules = path.join(tree, folder);
  if (!existsSync(modules)) return;
  for (const name of CACHE_FOLDERS) {
    const target = path.join(scratchHomeOf(tree), 'caches', folder, name);
    await mkdir(target, { recursive: true });
    await rm(path.join(modules, name), { recursive: true, force: true });
    await symlink(target, path.join(modules, name));
  }
}
