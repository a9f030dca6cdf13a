/**
 * Reports that a command writes into its tree, under names that runners and their users like to give them.
 * What was there before the command is not its report; what is no plain file inside the tree is none either,
 * because the command's code may have put a link there.
 */
import { constants } from 'node:fs';
import { lstat, open, realpath } from 'node:fs/promises';
import path from 'node:path';

/** Larger reports are not read: they would have to be held as a whole. */
const MAX_REPORT_BYTES = 32 * 1024 * 1024;

export type ReportMarks = ReadonlyMap<string, string>;

/** What there is before the command starts: a name for each file, and what will be different once it was written. */
export async function markReportFiles(
  directory: string,
  names: readonly string[],
): Promise<ReportMarks> {
  const marks = new Map<string, string>();
  for (const name of names) marks.set(name, await markOf(path.join(directory, name)));
  return marks;
}

/** The texts of those that the command wrote since they were marked. */
export async function writtenReports(
  directory: string,
  marks: ReportMarks,
): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const [name, before] of marks) {
    const file = path.join(directory, name);
    const now = await markOf(file);
    if (now === '' || now === before) continue;
    const text = await readInside(directory, file);
    if (text !== null) texts.push(text);
  }
  return texts;
}

/** Empty where there is no such file. */
async function markOf(file: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await lstat(file, { bigint: true });
    return [ino, size, mtimeNs, ctimeNs].join(':');
  } catch {
    // Whatever is in the way of it, there is no report to be read.
    return '';
  }
}

async function readInside(directory: string, file: string): Promise<string | null> {
  try {
    const folder = await realpath(path.dirname(file));
    const relative = path.relative(await realpath(directory), folder);
    if (relative.startsWith('..') || path.isAbsolute(relative)) return null;
    return await readPlainFile(path.join(folder, path.basename(file)));
  } catch {
    // It went away, or is a link: it is not the report of this command.
    return null;
  }
}

/** Null where it is no regular file, or too large to be read. */
export async function readPlainFile(file: string): Promise<string | null> {
  // Without waiting: a pipe of that name would never be opened.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(file, flags);
  try {
    const { size } = await handle.stat().then((stats) => (stats.isFile() ? stats : { size: -1 }));
    if (size < 0 || size > MAX_REPORT_BYTES) return null;
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}
