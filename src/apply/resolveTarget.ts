import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../base/errorText.ts';
import { isProtectedPath } from '../paths/protectedPaths.ts';
import { describeFileError } from './describeFileError.ts';

/** Where a write goes, after every link to a folder was followed; or why it must not go anywhere. */
export type Target =
  | {
      readonly type: 'target';
      /** The path as the workspace names it: what an editor has open. */
      readonly file: string;
      /** The file itself; differs from `file` where a folder on the way is a link. */
      readonly realFile: string;
    }
  | { readonly type: 'refused'; readonly reason: string };

/**
 * Resolves a proposal's path inside a workspace folder and refuses whatever leads out of it. A link to
 * a folder is followed when it stays inside; the last name is never followed.
 */
export async function resolveTarget(folder: string, relativePath: string): Promise<Target> {
  if (!isPlainRelative(relativePath)) return refused('The path is not inside the workspace.');
  if (isProtectedPath(relativePath)) return refused('This file is protected.');
  try {
    return await resolveInside(folder, relativePath);
  } catch (error) {
    return refused(describeFileError(error));
  }
}

async function resolveInside(folder: string, relativePath: string): Promise<Target> {
  const realFolder = await realpath(folder);
  const file = path.join(folder, ...relativePath.split('/'));
  const realParent = await followFolders(path.dirname(file));
  if (realParent === null) return refused('A folder of its path is a link that leads nowhere.');
  const realFile = path.join(realParent, path.basename(file));
  const inside = path.relative(realFolder, realFile);
  if (!isInside(inside)) return refused('The path leads out of the workspace through a link.');
  const realRelative = inside.split(path.sep).join('/');
  if (isProtectedPath(realRelative)) return refused('This file is protected.');
  const onDisk = await nameOnDisk(realFile);
  if (onDisk !== path.basename(realFile)) return refused(`On disk the name is written ${onDisk}.`);
  return { type: 'target', file, realFile };
}

function isPlainRelative(relativePath: string): boolean {
  const separators = path.sep === '\\' ? /[/\\]/u : /\//u;
  const parts = relativePath.split(separators);
  if (relativePath.includes('\0') || path.isAbsolute(relativePath)) return false;
  return parts.every((part) => part !== '' && part !== '.' && part !== '..');
}

function isInside(relative: string): boolean {
  return relative !== '' && !path.isAbsolute(relative) && relative.split(path.sep)[0] !== '..';
}

/** Where names are compared without case, "readme.md" would silently write README.md. */
async function nameOnDisk(file: string): Promise<string> {
  const name = path.basename(file);
  const stats = await lstatOrNull(file);
  // A link has a name of its own, and what it leads to another.
  if (stats === null || stats.isSymbolicLink()) return name;
  const real = path.basename(await realpath(file));
  return real.toLowerCase() === name.toLowerCase() ? real : name;
}

/** The real place of a folder, of which the last parts need not exist; null for a link to nothing. */
async function followFolders(folder: string): Promise<string | null> {
  const missing: string[] = [];
  for (let parent = folder; ; parent = path.dirname(parent)) {
    const real = await realpathOrNull(parent);
    if (real !== null) return path.join(real, ...missing);
    const isLink = (await lstatOrNull(parent))?.isSymbolicLink() === true;
    if (isLink || parent === path.dirname(parent)) return null;
    missing.unshift(path.basename(parent));
  }
}

async function realpathOrNull(file: string): Promise<string | null> {
  try {
    return await realpath(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function lstatOrNull(file: string): Promise<Awaited<ReturnType<typeof lstat>> | null> {
  try {
    return await lstat(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function refused(reason: string): Target {
  return { type: 'refused', reason };
}
