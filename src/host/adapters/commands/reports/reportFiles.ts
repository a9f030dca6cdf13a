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

const NAMES = {
  junit: [
    'junit.xml',
    'test-results.xml',
    'test-results/junit.xml',
    'reports/junit.xml',
    'test-results/results.xml',
    'results.xml',
    'report.xml',
    '.vitest/junit/output.xml',
  ],
  json: ['.vitest/json/output.json', 'test-results.json', 'reports/test-results.json'],
} as const;

export type ReportMarks = ReadonlyMap<string, string>;

/** What there is before the command starts: a name for each file, and what will be different once it was written. */
export async function markReportFiles(
  directory: string,
  format: 'auto' | 'tap' | 'junit' | 'json' | 'none',
): Promise<ReportMarks> {
  const marks = new Map<string, string>();
  for (const name of namesFor(format)) marks.set(name, await markOf(path.join(directory, name)));
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

function namesFor(format: 'auto' | 'tap' | 'junit' | 'json' | 'none'): readonly string[] {
  if (format === 'auto') return [...NAMES.json, ...NAMES.junit];
  return format === 'junit' || format === 'json' ? NAMES[format] : [];
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

async function readPlainFile(file: string): Promise<string | null> {
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
