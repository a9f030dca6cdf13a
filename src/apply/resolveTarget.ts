import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../base/errorText.ts';
import { isProtectedPath } from '../paths/protectedPaths.ts';

/** Where a write goes, after every link was followed; or why it must not go anywhere. */
export type Target =
  | {
      readonly type: 'target';
      /** The path as the workspace names it: what an editor has open. */
      readonly file: string;
      /** The file itself; differs from `file` where a link inside the workspace points to it. */
      readonly realFile: string;
      readonly exists: boolean;
    }
  | { readonly type: 'refused'; readonly reason: string };

/** Resolves a proposal's path inside a workspace folder and refuses whatever leads out of it. */
export async function resolveTarget(folder: string, relativePath: string): Promise<Target> {
  if (!isPlainRelative(relativePath)) return refused('The path is not inside the workspace.');
  if (isProtectedPath(relativePath)) return refused('This file is protected.');
  const realFolder = await realpath(folder);
  const file = path.join(folder, ...relativePath.split('/'));
  const real = await followLinks(file);
  if (real === null) return refused('The path is a link that leads nowhere.');
  const inside = path.relative(realFolder, real.realFile);
  if (!isInside(inside)) return refused('The path leads out of the workspace through a link.');
  const realRelative = inside.split(path.sep).join('/');
  if (isProtectedPath(realRelative)) return refused('This file is protected.');
  if (differsInCase(relativePath, realRelative)) {
    return refused(`On disk the name is written ${realRelative}.`);
  }
  return { type: 'target', file, ...real };
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

// Where names are compared without case, "readme.md" would silently write README.md.
function differsInCase(wanted: string, actual: string): boolean {
  return wanted !== actual && wanted.toLowerCase() === actual.toLowerCase();
}

interface RealFile {
  readonly realFile: string;
  readonly exists: boolean;
}

async function followLinks(file: string): Promise<RealFile | null> {
  const realFile = await realpathOrNull(file);
  if (realFile !== null) return { realFile, exists: true };
  if (await isLink(file)) return null;
  const missing = [path.basename(file)];
  for (let parent = path.dirname(file); ; parent = path.dirname(parent)) {
    const realParent = await realpathOrNull(parent);
    if (realParent !== null) {
      return { realFile: path.join(realParent, ...missing), exists: false };
    }
    if ((await isLink(parent)) || parent === path.dirname(parent)) return null;
    missing.unshift(path.basename(parent));
  }
}

async function realpathOrNull(file: string): Promise<string | null> {
  try {
    return await realpath(file);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function isLink(file: string): Promise<boolean> {
  try {
    return (await lstat(file)).isSymbolicLink();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function refused(reason: string): Target {
  return { type: 'refused', reason };
}
