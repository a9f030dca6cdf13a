import { rmdir } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../base/errorText.ts';
import { resolveTarget } from './resolveTarget.ts';

/** Removes a folder and those above it, up to but without `until`, as far as they are empty. */
export async function removeEmptyFolders(
  folder: string,
  { until }: { readonly until: string },
): Promise<void> {
  for (let next = folder; next !== until && next.startsWith(until); next = path.dirname(next)) {
    if (!(await removeIfEmpty(next))) return;
  }
}

/** Removes folders that an accept made, the deepest first, as far as they are empty. */
export async function removeMadeFolders(workspace: string, names: Iterable<string>): Promise<void> {
  const deepestFirst = [...new Set(names)].sort((a, b) => b.length - a.length);
  for (const name of deepestFirst) {
    const target = await resolveTarget(workspace, name);
    if (target.type === 'target') await removeIfEmpty(target.realFile);
  }
}

/** False when it stays: it holds something, or it is no folder of ours to remove. */
async function removeIfEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return true;
    if (KEPT.includes(errorCode(error) ?? '')) return false;
    throw error;
  }
}

const KEPT: readonly string[] = ['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EACCES', 'EPERM', 'EBUSY'];
