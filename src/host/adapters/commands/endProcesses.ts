import { spawn } from 'node:child_process';
import { createDeferred } from '../../../base/deferred.ts';
import { errorCode } from '../../../base/errorText.ts';
import { KILL_GRACE_MS } from '../../../core/limits.ts';
import type { Clock } from '../../../core/ports/clock.ts';
import { findTaggedProcesses, isRunning } from './taggedProcesses.ts';

/** Time between two looks at what is still alive. */
const LOOK_INTERVAL_MS = 50;

/** Looks at a group that lives and of which no process shows the run's tag: a start takes milliseconds. */
const FIRST_LOOKS = 4;

/** Sweeps with SIGKILL: a process that forks faster than this many sweeps is beyond us. */
const MAX_SWEEPS = 10;

export interface CommandProcesses {
  /** The command's own process, which leads its group. */
  readonly pid: number;
  readonly runTag: string;
  readonly clock: Clock;
}

/** Ends everything that a command started: asks first, and after the grace, or at once, does not ask again. */
export async function endProcesses(
  processes: CommandProcesses,
  manner: 'withGrace' | 'atOnce',
): Promise<void> {
  if (process.platform === 'win32') return endTree(processes.pid);
  /** Every process that was seen: one that is dying has lost its environment and still holds its files. */
  const seen = new Set<number>();
  let left = await findAny(processes, seen);
  if (left.length === 0) return;
  if (manner === 'withGrace') {
    const deadlineMs = processes.clock.monotonicMs() + KILL_GRACE_MS;
    signalAll(left, 'SIGTERM');
    while (left.length > 0 && processes.clock.monotonicMs() < deadlineMs) {
      await pause(processes.clock);
      left = await findLeft(processes, seen);
    }
  }
  for (let sweep = 0; left.length > 0 && sweep < MAX_SWEEPS; sweep += 1) {
    signalAll(left, 'SIGKILL');
    await pause(processes.clock);
    left = await findLeft(processes, seen);
  }
}

/** Kills a command's group when this process exits in mid-command; dispose when the command has ended. */
export function killAtExit(pid: number): { dispose(): void } {
  const onExit = (): void => {
    if (process.platform === 'win32') spawn('taskkill', ['/pid', String(pid), '/t', '/f']);
    else signalAll([-pid], 'SIGKILL');
  };
  process.once('exit', onExit);
  return { dispose: () => process.off('exit', onExit) };
}

/** A process that is just becoming another program shows no environment for a moment; its group tells that it is there. */
async function findAny(processes: CommandProcesses, seen: Set<number>): Promise<readonly number[]> {
  for (let look = 1; ; look += 1) {
    const left = await findLeft(processes, seen);
    if (left.length > 0 || look === FIRST_LOOKS || !isAlive(-processes.pid)) return left;
    await pause(processes.clock);
  }
}

/** Targets for a signal: the group as a negative number, and processes that have left it. */
async function findLeft(
  processes: CommandProcesses,
  seen: Set<number>,
): Promise<readonly number[]> {
  if (process.platform !== 'linux') return isAlive(-processes.pid) ? [-processes.pid] : [];
  for (const pid of await findTaggedProcesses(processes.runTag)) seen.add(pid);
  const pids = [...seen];
  const running = await Promise.all(pids.map(isRunning));
  const left = pids.filter((_pid, index) => running[index]);
  return left.length === 0 ? [] : [-processes.pid, ...left];
}

function isAlive(target: number): boolean {
  try {
    process.kill(target, 0);
    return true;
  } catch {
    // No such process, or not ours any more: nothing to end in either case.
    return false;
  }
}

function signalAll(targets: readonly number[], signal: 'SIGTERM' | 'SIGKILL'): void {
  for (const target of targets) {
    try {
      process.kill(target, signal);
    } catch (error) {
      // It ended by itself since we looked.
      if (errorCode(error) !== 'ESRCH') throw error;
    }
  }
}

function pause(clock: Clock): Promise<null> {
  const over = createDeferred<null>();
  clock.after(LOOK_INTERVAL_MS, () => over.resolve(null));
  return over.promise;
}

function endTree(pid: number): Promise<void> {
  return new Promise((resolve) => {
    const killer = spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' });
    killer.once('error', () => resolve());
    killer.once('close', () => resolve());
  });
}
