/** Memory that processes and the file systems of their sandbox hold. Linux only. */
import { readFileSync, readlinkSync, statfsSync } from 'node:fs';

/** What a group of processes uses. Shared memory counts once, since all of them may see the same. */
export function memoryOf(pids: readonly number[]): number {
  let own = 0;
  let shared = 0;
  for (const pid of pids) {
    const status = readOr(`/proc/${pid}/status`, '');
    own += kilobytes(status, 'RssAnon') + kilobytes(status, 'VmSwap');
    shared = Math.max(shared, kilobytes(status, 'RssShmem'));
  }
  return own + shared + memoryFileSystemsOf(pids);
}

function kilobytes(status: string, field: string): number {
  const value = new RegExp(`^${field}:\\s*(\\d+) kB`, 'mu').exec(status)?.[1];
  return Number(value ?? 0) * 1024;
}

/** A sandbox covers folders with empty file systems in memory, to which its commands can write. */
function memoryFileSystemsOf(pids: readonly number[]): number {
  const ours = mountNamespace('self');
  const inside = pids.find((pid) => {
    const theirs = mountNamespace(String(pid));
    return theirs !== null && theirs !== ours;
  });
  if (inside === undefined) return 0;
  const known = new Set(memoryMounts('self').map(({ device }) => device));
  return memoryMounts(String(inside))
    .filter(({ device }) => !known.has(device))
    .reduce((sum, { place }) => sum + usedBytes(`/proc/${inside}/root${place}`), 0);
}

function mountNamespace(pid: string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    // It ended meanwhile.
    return null;
  }
}

function memoryMounts(pid: string): readonly { readonly device: string; readonly place: string }[] {
  const lines = readOr(`/proc/${pid}/mountinfo`, '').split('\n');
  return lines.flatMap((line) => {
    const [, , device, root, place] = line.split(' ');
    const isMemory = line.includes(' - tmpfs ') && root === '/';
    return isMemory && device !== undefined && place !== undefined ? [{ device, place }] : [];
  });
}

function usedBytes(place: string): number {
  try {
    const { blocks, bfree, bsize } = statfsSync(place);
    return (blocks - bfree) * bsize;
  } catch {
    // Something is mounted over it, or the process is gone.
    return 0;
  }
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    // The process ended meanwhile.
    return otherwise;
  }
}
