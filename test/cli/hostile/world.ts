/** What stands around a run: files, processes, and whether something of it has changed. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Mode and hash of everything in a folder, itself included. */
export async function printsBelow(folder: string): Promise<(readonly [string, string])[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries.map((entry) => path.join(entry.parentPath, entry.name));
  return (await Promise.all([folder, ...names].map(printOf))).flat();
}

/** Mode and hash of one file; a folder has its mode alone, and a link where it leads. */
export async function printOf(file: string): Promise<(readonly [string, string])[]> {
  const stats = await lstat(file);
  const mode = stats.mode.toString(8);
  if (stats.isDirectory()) return [[file, mode]];
  const content = stats.isSymbolicLink() ? await readlink(file) : await readFile(file);
  return [[file, `${mode} ${createHash('sha256').update(content).digest('hex')}`]];
}

/** What an attack has written there. */
export function escapedIn(folder: string): readonly string[] {
  const names = readdirSync(folder).filter((name) => name.startsWith('escaped'));
  return names.map((name) => `written: ${path.join(folder, name)}`);
}

/** Processes that name the folder in what they were started with, or work in it. */
export function processesOf(folder: string): readonly string[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter(
    (name) => /^\d+$/u.test(name) && name !== String(process.pid),
  );
  return pids.flatMap((pid) => {
    const facts = [procFile(pid, 'cmdline'), procFile(pid, 'environ'), procLink(pid, 'cwd')];
    return facts.some((fact) => fact.includes(folder)) ? [`${pid} ${facts[0] ?? ''}`] : [];
  });
}

function procFile(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    // It is gone, or somebody else's.
    return '';
  }
}

function procLink(pid: string, name: string): string {
  try {
    return readlinkSync(`/proc/${pid}/${name}`);
  } catch {
    // It is gone, or somebody else's.
    return '';
  }
}

/** Files that hold a text. Some trees lie deeper than any path, which grep does not mind. */
export function filesWith(wanted: string, folder: string): readonly string[] {
  const { stdout } = spawnSync('grep', ['-rlF', '--devices=skip', wanted, folder], {
    encoding: 'utf8',
  });
  return stdout.split('\n').filter((line) => line !== '');
}

/** Rejects when it has not come true within ten seconds. */
export async function until(isTrue: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + 10_000;
  while (!isTrue()) {
    if (performance.now() > deadlineMs) throw new Error('It did not come true within 10 s.');
    await delay(20);
  }
}
