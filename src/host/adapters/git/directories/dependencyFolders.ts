import { constants } from 'node:fs';
import {
  copyFile,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { modifiedAtMs } from '../../../../node/modifiedAtMs.ts';

/** What package managers rewrite with every install, also when the folder's own time stays. */
const INSTALL_MARKERS = ['.package-lock.json', '.modules.yaml', '.yarn-integrity', 'pyvenv.cfg'];

const Stamps = z.record(z.string(), z.string());

export interface DependencyCopy {
  readonly workspaceRoot: string;
  readonly slotDirectory: string;
  /** Remembers which state of each folder the slot holds. */
  readonly stampFile: string;
  /** Folders of the workspace; where one does not exist there, nothing is brought. */
  readonly folders: readonly string[];
  /** Those of them that belong to the tree itself and are left alone. */
  readonly isInTree: (folder: string) => boolean;
}

/**
 * Brings the workspace's ignored dependencies into a slot as copies, never as links: what a command
 * writes there must not reach the workspace. An unchanged folder stays from the last task.
 */
export async function bringDependencies(copy: DependencyCopy): Promise<void> {
  const stamps = new Map(Object.entries(await readStamps(copy.stampFile)));
  await dropOthers(copy, stamps);
  for (const folder of copy.folders) {
    const source = path.join(copy.workspaceRoot, folder);
    const stamp = copy.isInTree(folder) ? null : await stampOf(source);
    if (stamp !== null && stamps.get(folder) === stamp) continue;
    // Forgotten before it is touched: a copy that is cut short must not count next time.
    if (stamps.delete(folder)) await writeStamps(copy.stampFile, stamps);
    if (copy.isInTree(folder)) continue;
    const target = path.join(copy.slotDirectory, folder);
    await rm(target, { recursive: true, force: true });
    // A package that an agent has deleted needs no dependencies.
    if (stamp === null || !(await isPlainFolder(path.dirname(target)))) continue;
    await copyFolder({ ...copy, source, target });
    await writeStamps(copy.stampFile, stamps.set(folder, stamp));
  }
}

/** Folders that the slot holds from earlier tasks and the workspace does not have any more. */
async function dropOthers(copy: DependencyCopy, stamps: Map<string, string>): Promise<void> {
  const gone = [...stamps.keys()].filter((folder) => !copy.folders.includes(folder));
  for (const folder of gone) {
    stamps.delete(folder);
    if (copy.isInTree(folder)) continue;
    await rm(path.join(copy.slotDirectory, folder), { recursive: true, force: true });
  }
  if (gone.length > 0) await writeStamps(copy.stampFile, stamps);
}

/** Where a slot remembers which dependencies it holds. */
export function stampFileOf(slotDirectory: string): string {
  return `${slotDirectory}.dependencies.json`;
}

/** Folders of dependencies that a slot holds, for whoever has to keep commands from writing there. */
export async function presentDependencies(stampFile: string): Promise<readonly string[]> {
  return Object.keys(await readStamps(stampFile));
}

async function isPlainFolder(folder: string): Promise<boolean> {
  const stats = await lstat(folder).catch(() => null);
  return stats?.isDirectory() === true;
}

async function readStamps(file: string): Promise<Record<string, string>> {
  try {
    return Stamps.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // Absent, torn or foreign: the folders are copied again, which is always right.
    return {};
  }
}

async function writeStamps(file: string, stamps: ReadonlyMap<string, string>): Promise<void> {
  await writeFile(file, JSON.stringify(Object.fromEntries(stamps)));
}

/** Null when there is no such folder. */
async function stampOf(folder: string): Promise<string | null> {
  // The final slash makes a plain file of that name count as absent.
  const times = [`${folder}/`, ...INSTALL_MARKERS.map((name) => path.join(folder, name))];
  const stamps = await Promise.all(times.map(modifiedAtMs));
  return stamps[0] === null ? null : stamps.join(' ');
}

interface FolderCopy {
  readonly workspaceRoot: string;
  readonly slotDirectory: string;
  readonly source: string;
  readonly target: string;
}

async function copyFolder(copy: FolderCopy): Promise<void> {
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const source = path.join(copy.source, folder);
    const target = path.join(copy.target, folder);
    await mkdir(target, { recursive: true });
    const children = await readdir(source, { withFileTypes: true });
    for (const child of children)
      if (child.isDirectory()) folders.push(path.join(folder, child.name));
    await Promise.all(children.map((child) => copyChild(copy, { child, source, target })));
  }
}

async function copyChild(
  copy: FolderCopy,
  place: { readonly child: Dirent; readonly source: string; readonly target: string },
): Promise<void> {
  const source = path.join(place.source, place.child.name);
  const target = path.join(place.target, place.child.name);
  if (place.child.isFile()) await copyFile(source, target, constants.COPYFILE_FICLONE);
  else if (place.child.isSymbolicLink()) await copyLink(copy, source, target);
}

/** A link into the workspace leads into the slot afterwards; one that leads elsewhere stays as it is. */
async function copyLink(copy: FolderCopy, source: string, target: string): Promise<void> {
  const link = await readlink(source);
  const leadsTo = path.resolve(path.dirname(source), link);
  const inside = path.relative(copy.workspaceRoot, leadsTo);
  const isInside = !inside.startsWith('..') && !path.isAbsolute(inside);
  // The slot has the same layout, so that a relative link inside it already leads to the right place.
  const repointed =
    path.isAbsolute(link) && isInside ? path.join(copy.slotDirectory, inside) : link;
  const isOutsideRelative = !path.isAbsolute(link) && !isInside;
  await symlink(isOutsideRelative ? leadsTo : repointed, target);
}
