/**
 * Tries to take what a dead holder left, once for each folder that it is told, and says how it went: `taken`, or
 * `held` by whom. It goes on living, so that whatever it took stays taken.
 */
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { processIdentity } from '../../../../src/host/adapters/locks/processIdentity.ts';
import { takeLock } from '../../../../src/host/adapters/locks/processLock.ts';
import { takeHostLock } from '../../../../src/host/hostLock.ts';
import { claimRun } from '../../../../src/host/runs/claimRun.ts';

const { pid } = process;

const takers: Readonly<Record<string, (folder: string) => Promise<string>>> = {
  hostLock: async (folder) => {
    const socket = path.join(folder, `${pid}.sock`);
    await new Promise<void>((resolve) => createServer().listen(socket, resolve));
    const mine = { pid, startTime: Date.now(), socket, token: `${pid}`, version: '0' };
    const result = await takeHostLock(folder, mine);
    return result.type === 'taken' ? 'taken' : `held ${result.by.pid}`;
  },
  runOwner: async (folder) => {
    const identity = await processIdentity(pid);
    const who = { pid, startTime: Date.now(), identity };
    const result = await claimRun(folder, { ...who, socket: null, token: null, released: false });
    return result.type === 'claimed' ? 'taken' : `held ${result.by.pid}`;
  },
  lock: async (folder) => {
    const request = { file: path.join(folder, 'a.lock'), purpose: 'win', waitMs: 0 };
    return takeLock(request).then(
      () => 'taken',
      (error: unknown) =>
        `held ${/process (\d+) has held/u.exec(String(error))?.[1] ?? String(error)}`,
    );
  },
};

const take = takers[process.argv[2] ?? ''];
if (take === undefined) throw new Error('Say what to take: hostLock, runOwner or lock.');
process.stdout.write('ready\n');
for await (const folder of createInterface({ input: process.stdin })) {
  await mkdir(folder, { recursive: true });
  process.stdout.write(`${path.basename(folder)}: ${await take(folder)}.\n`);
}
