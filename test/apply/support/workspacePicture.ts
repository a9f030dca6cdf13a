import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  symlink,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';

/** Everything about a workspace that an accept and its undo must not lose, by path. */
export type WorkspacePicture = Readonly<Record<string, string>>;

/** One file, folder or link of a generated workspace. */
export interface GeneratedFile {
  readonly text: string;
  readonly permissions: number;
  readonly uid: number;
}

/** Writes files with their folders; owners only where that is possible. */
export async function makeFiles(
  folder: string,
  files: Readonly<Record<string, GeneratedFile>>,
): Promise<void> {
  for (const [name, { text, permissions, uid }] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    if (process.getuid?.() === 0) await chown(file, uid, uid);
    await chmod(file, permissions);
  }
}

/** A link beside the files, and one to a folder. */
export async function makeLinks(folder: string): Promise<void> {
  await mkdir(path.join(folder, 'real'), { recursive: true });
  await symlink('real', path.join(folder, 'linked'));
  await symlink('nowhere', path.join(folder, 'dangling'));
}

/** Reads the whole workspace. */
export async function pictureOf(folder: string): Promise<WorkspacePicture> {
  const found = (await readdir(folder, { recursive: true })).sort();
  // Node goes into linked folders, where everything would be seen twice.
  const names = found.filter((name) => !name.startsWith('linked/'));
  const entries = names.map(async (name) => [name, await describe(path.join(folder, name))]);
  // A parse boundary: fromEntries knows no tuple.
  return Object.fromEntries(await Promise.all(entries)) as Record<string, string>;
}

async function describe(file: string): Promise<string> {
  const stats = await lstat(file);
  if (stats.isSymbolicLink()) return `link to ${await readlink(file)}`;
  if (stats.isDirectory()) return 'folder';
  const rights = `${(stats.mode & 0o7777).toString(8)} ${stats.uid}:${stats.gid}`;
  return `${rights} ${await readFile(file, 'utf8')}`;
}
