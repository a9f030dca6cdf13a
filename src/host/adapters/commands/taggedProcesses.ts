import { readdir, readFile } from 'node:fs/promises';
import { RUN_TAG_VARIABLE } from './commandEnvironment.ts';

/**
 * Processes that carry a run's tag in their environment, whatever group or session they moved to.
 * Only Linux lets us look; elsewhere the process group has to be enough.
 */
export async function findTaggedProcesses(runTag: string): Promise<readonly number[]> {
  if (process.platform !== 'linux') return [];
  const entry = `${RUN_TAG_VARIABLE}=${runTag}`;
  const names = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name));
  const found = await Promise.all(names.map((name) => hasEntry(name, entry)));
  return names.filter((_name, index) => found[index]).map(Number);
}

/** False once a process is dead, also while nobody has collected it yet. Linux only. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    const line = await readFile(`/proc/${pid}/stat`, 'latin1');
    // The name before the state stands in parentheses and may itself hold any character.
    return !/^[ZX]/u.test(line.slice(line.lastIndexOf(')') + 2));
  } catch {
    // There is no such process any more.
    return false;
  }
}

async function hasEntry(pid: string, entry: string): Promise<boolean> {
  try {
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1');
    return environment.split('\0').includes(entry);
  } catch {
    // It ended meanwhile, or belongs to somebody else and so is none of ours.
    return false;
  }
}
