import { readFile } from 'node:fs/promises';
import { errorCode } from '../../../base/errorText.ts';

/** States of /proc/<pid>/stat in which a process will never run again: zombie, dead. */
const ENDED_STATES = ['Z', 'X', 'x'];

/** Place of `starttime` behind the command's name in /proc/<pid>/stat (proc(5), field 22 of the line). */
const START_TIME_FIELD = 19;

/**
 * What tells a living process from another that got its number later; null when it does not live. Where
 * there is no /proc, only whether it lives is known.
 */
export async function processIdentity(pid: number): Promise<string | null> {
  if (process.platform !== 'linux') return isAlive(pid) ? 'alive' : null;
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name stands in parentheses and may hold anything, further parentheses too.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (ENDED_STATES.includes(fields[0] ?? '')) return null;
    return fields[START_TIME_FIELD] ?? null;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ESRCH') return null;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // There is no such process, or it belongs to somebody else: it is not the one that is meant.
    return false;
  }
}
