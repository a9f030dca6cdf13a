import { readFile, rm, writeFile } from 'node:fs/promises';
import { errorCode } from '../../../base/errorText.ts';

/** Claims a slot for this process; false when another living process holds it. */
export async function claimSlot(lockFile: string): Promise<boolean> {
  if (await tryClaim(lockFile)) return true;
  const owner = Number.parseInt(await readFile(lockFile, 'utf8').catch(() => ''), 10);
  if (owner === process.pid || isAlive(owner)) return false;
  await rm(lockFile, { force: true });
  return tryClaim(lockFile);
}

/** Gives a slot back. */
export async function releaseSlot(lockFile: string): Promise<void> {
  await rm(lockFile, { force: true });
}

async function tryClaim(lockFile: string): Promise<boolean> {
  try {
    await writeFile(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return errorCode(error) === 'EPERM';
  }
}
